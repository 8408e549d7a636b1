import { CircleCheck, CircleX, LoaderCircle, Plus, Trash2 } from 'lucide-react'
import { CodeBox } from '@/kit/code-box'
import { CopyButton } from '@/kit/copy-button'
import { Definition, DefinitionList } from '@/kit/definition-list'
import { RelativeTime } from '@/kit/relative-time'
import { Severity, severities } from '@/kit/severity'
import { Status } from '@/kit/status'
import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { KeyboardKey } from '@/ui/keyboard-key'
import { Menu, MenuCheckboxItem, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/ui/menu'
import { Skeleton } from '@/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/ui/tabs'
import { Row, State } from './section'

const variants = ['primary', 'secondary', 'quiet', 'danger', 'dangerSolid', 'link'] as const
const tones = ['neutral', 'accent', 'positive', 'critical', 'high', 'medium', 'low'] as const

export function WordStates() {
  return (
    <>
      {variants.map((variant) => (
        <State key={variant} name={`button: ${variant}`}>
          <Row>
            {(['small', 'medium', 'large'] as const).map((size) => (
              <Button key={size} variant={variant} size={size}>
                {size}
              </Button>
            ))}
            <Button variant={variant}>
              <Plus aria-hidden />
              with icon
            </Button>
            <Button variant={variant} size="icon" aria-label="icon alone">
              <Trash2 aria-hidden />
            </Button>
            <Button variant={variant} busy>
              busy
            </Button>
            <Button variant={variant} disabled>
              disabled
            </Button>
          </Row>
        </State>
      ))}
      <State name="badge, severity, status">
        <Row>
          {tones.map((tone) => (
            <Badge key={tone} tone={tone}>
              {tone}
            </Badge>
          ))}
          {severities.map((severity) => (
            <Severity key={severity} value={severity} />
          ))}
          <Status tone="positive" icon={CircleCheck}>
            Online
          </Status>
          <Status tone="critical" icon={CircleX}>
            Offline
          </Status>
          <Status tone="neutral" icon={LoaderCircle} spinning>
            Running
          </Status>
        </Row>
      </State>
      <State name="time, key, copy, checkbox, skeleton">
        <Row>
          <RelativeTime at={new Date(Date.now() - 3_600_000).toISOString()} />
          <RelativeTime at={null} none="never" />
          <KeyboardKey>Ctrl</KeyboardKey>
          <KeyboardKey>K</KeyboardKey>
          <CopyButton text="copied from the kit" withText />
          <CopyButton text="copied from the kit" />
          <Checkbox aria-label="not chosen" checked={false} />
          <Checkbox aria-label="chosen" checked />
          <Checkbox aria-label="some chosen" checked="indeterminate" />
          <Checkbox aria-label="cannot be chosen" checked={false} disabled />
          <Skeleton className="h-6 w-40" />
        </Row>
      </State>
      <State name="code box">
        <CodeBox
          label="curl"
          copyLabel="Copy the command"
          text={`curl -X GET 'https://monozu.example/${'a-long-path/'.repeat(20)}' \\\n  -H 'X: Y'`}
        />
      </State>
      <State name="definition list">
        <DefinitionList>
          <Definition term="Address">10.0.0.8</Definition>
          <Definition term="A long value">{'edge-'.repeat(40)}</Definition>
        </DefinitionList>
      </State>
      <State name="tabs, menu">
        <Tabs defaultValue="one">
          <TabsList aria-label="Example tabs">
            <TabsTrigger value="one">Overview</TabsTrigger>
            <TabsTrigger value="two">Commands</TabsTrigger>
          </TabsList>
          <TabsContent value="one">
            <Menu>
              <MenuTrigger asChild>
                <Button>Menu</Button>
              </MenuTrigger>
              <MenuContent>
                <MenuLabel>Label</MenuLabel>
                <MenuItem>Item</MenuItem>
                <MenuItem disabled>Disabled</MenuItem>
                <MenuCheckboxItem checked>Checked</MenuCheckboxItem>
                <MenuSeparator />
                <MenuItem danger>Dangerous</MenuItem>
              </MenuContent>
            </Menu>
          </TabsContent>
          <TabsContent value="two">Commands</TabsContent>
        </Tabs>
      </State>
    </>
  )
}
