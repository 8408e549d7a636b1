import mostUsed from './common-passwords.txt' with { type: 'text' }
import { invalid } from './errors'
import { limits } from './limits'

/** What people begin a long password with. Alone, repeated, joined to each other or followed by digits and signs, they are the first things tried. */
const words = new Set(
  `password passwords passwort passwd passcode parola contrasena motdepasse letmein letmeinnow welcome willkommen benvenuto bienvenue
  admin administrator amministratore root superuser sysadmin supervisor operator manager master user username guest default changeme changeit
  change please test testing tester secret secrets secure security login logon signin access account server system network internet computer
  company office business service support helpdesk cisco oracle microsoft windows google facebook linux ubuntu apple iphone samsung android
  qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcdef abcdefg qaz wsx edc qazwsx qazwsxedc
  iloveyou ilove loveyou loveme love lovely forever always together baby babygirl babyboy princess angel angels sweetheart darling honey
  sunshine summer winter autumn spring monday friday sunday january february march april june july august september october november december
  football baseball basketball hockey soccer tennis volleyball swimming liverpool arsenal chelsea manchester united barcelona realmadrid
  juventus milan inter roma napoli dragon monkey tiger eagle shadow batman superman spiderman starwars pokemon naruto ninja killer hunter
  ranger cowboy cowboys mustang corvette ferrari porsche mercedes yamaha harley trustno one two three four five six seven eight nine zero
  number numberone thunder blaster whatever nothing something hello helloworld hola ciao world goodbye goodluck michael jennifer jessica
  michelle ashley daniel andrew thomas jordan robert charlie matthew joshua anthony nicole amanda alexander christopher elizabeth samantha
  victoria stephanie francesco alessandro giuseppe giovanni andrea marco matteo stefano federico valentina martina chiara
  blessed blessing jesus jesuschrist christ godisgood god heaven amen freedom liberty america american england germany italia italy france
  london paris chocolate cookie cookies butterfly flower flowers rainbow diamond silver golden purple orange yellow black white blue green red
  happy birthday family friends friend mother father brother sister mommy daddy mamma papa money music guitar dancing
  this is my the and for you your me i am not enter pass word key let in it a to of`
    .split(/\s+/)
    .filter(Boolean),
)

/** Those of twelve characters and more that neither that list holds nor the rules below see. */
const listed = new Set([
  ...mostUsed.split('\n').filter((line) => line && !line.startsWith('# ')),
  ...`1q2w3e4r5t6y 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i zaq12wsxcde3 zaq1zaq1zaq1 zaq1xsw2cde3 1qazxsw23edc qazwsxedcrfv qazwsxedcrfvtgb q1w2e3r4t5y6
  q1w2e3r4t5y6u7i8 qweasdzxc123 qweasdzxcrty 123qweasdzxc qwe123qwe123 qwer1234asdf asdf1234qwer 1234qwerasdf asdfjkl;asdf poiuytrewq12
  mnbvcxzlkjhg correcthorse correcthorsebattery correcthorsebatterystaple tobeornottobe maytheforcebewithyou maytheforce4me opensesame123
  opensesame1234 ihatepasswords thequickbrownfox thequickbrownfoxjumps loremipsumdolor supercalifragilistic antidisestablishmentarianism
  abracadabra123 rumpelstiltskin showmethemoney hakunamatata hakunamatata1 metallica123 slipknot6666 linkinpark123 evanescence1 greenday1234
  blink182blink nirvana12345 ironmaiden666 acdcacdcacdc harrypotter1 harrypotter123 lordoftherings gameofthrones winteriscoming spongebob123
  spongebob1234 scoobydoo123 mickeymouse1 minniemouse1 winniethepooh winnethepooh tinkerbell123 hellokitty12 hellokitty123 sleepingbeauty
  rollercoaster skateboarding snowboarding cheerleader1 cheerleader12 weightlifting motocross123 playstation2 playstation3 playstation4
  playstation5 nintendo1234 counterstrike callofduty123 worldofwarcraft leagueoflegends finalfantasy7 finalfantasy dragonballz1 dragonballz123
  liverpoolfc1 manchesterunited manunited123 newyorkyankees dallascowboys pittsburghsteelers chicagobulls fcbarcelona1 viscaelbarca
  forzajuve123 forzamilan12 forzaroma123 forzanapoli1 halamadrid123 scarlettjohansson justinbieber onedirection michaeljackson
  bobmarley420 marilynmonroe tupacshakur johncena1234 stonecold316 chrisbrown123 edwardcullen twilightsaga remembermenot donotforget
  idontknow123 dontforgetme nevergiveup1 nevergiveup123 neveragain123 carpediem123 veritasvosliberabit onelove12345 peaceandlove
  peacelove123 livelaughlove bestfriends4ever bestfriend123 friendsforever friends4ever familyfirst1 mylovemylove iloveyou4ever
  iloveyousomuch iloveyoumore iloveyouforever teamoteamote teamomucho123 tequieromucho miamoremio123 tiamotantissimo buongiorno123
  forzaitalia1 vivalavida123 vaffanculo12 guglielmo1234 cambiami1234 nonloso12345 nonricordo12 passwordpersonale hejsan123456 schatzi12345
  hallohallo12 ficken123456 deutschland1 geheim123456 sommer202020 doudoudoudou soleil123456 marseille13013 azertyuiop123 jetaimejetaime
  jetaime12345 loulou123456 chouchou1234 nicolas12345 cristianoronaldo lionelmessi10 neymarjunior1 corinthians1 flamengo1234 palmeiras123
  brasil123456 deusefiel123 jesusteama123 diosesamor123 godisgreat12 godisgood123 jesuslovesme jesussaves123 jesusislord1 psalm23psalm23
  john316john316 philippians413 trustinthelord inthenameofgod bismillah123 alhamdulillah allahuakbar1 mashallah123 omnamahshivaya
  krishnakrishna saibaba12345 india1234567 pakistanzindabad indonesia123 sayangkamu123 akucintakamu doraemon1234 vietnam12345 computer12345
  internet12345 hewlettpackard raspberrypi1 raspberrypi3 raspberrypi4 ubnt12345678 mikrotik1234 fortinet1234 paloalto1234 checkpoint123
  vmware123456 citrix123456 veeam1234567 synology1234 netgear12345 linksys12345 dlink1234567 tplink123456 huawei123456 administrator1
  p@ssw0rd1234 passw0rd1234 changemenow1 changeme1234 temporary123 temppassword tempor@ry123 newpassword1 newpassword12 oldpassword1
  mypassword12 mypassword123 yourpassword userpassword rootpassword rootroottoor toor12345678 superadmin12 superadmin123 database1234
  postgres1234 mysql1234567 mongodb12345 redis1234567 docker123456 kubernetes123 elasticsearch1 jenkins12345 grafana12345 zabbix123456`
    .split(/\s+/)
    .filter((text) => text.length >= limits.passwordCharacters.least),
])

/** Neighbours in the alphabet, in counting and on keyboards, along rows and down columns. */
const lines = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiop[]',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl;',
  'zxcvbnm,./',
  '!@#$%^&*()_+',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
].flatMap((line) => [line, line.split('').toReversed().join('')])

const meant: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }
/** As it is read: `P@ssw0rd` says password. */
const unmasked = (text: string) => text.replace(/[@431!0$57]/g, (sign) => meant[sign]!)

/** One unit again and again: aaaaaaaaaaaa, abc123abc123. */
function repeats(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2; unit += 1) if (text.slice(unit) === text.slice(0, -unit)) return true
  return new Set(text).size < 4
}

/** Runs of three and more neighbours, or of one character, that leave at most three others. */
function runs(text: string): boolean {
  let left = 0
  for (let at = 0; at < text.length;) {
    let end = at + 1
    while (end < text.length && lines.some((line) => line.includes(text.slice(at, end + 1)))) end += 1
    let same = at + 1
    while (text[same] === text[at]) same += 1
    const length = Math.max(end, same) - at
    left += length >= 3 ? 0 : length
    at += length
  }
  return left <= 3
}

/** Whether letters are nothing but common words, read from the left with every split tried. */
function onlyWords(letters: string): boolean {
  const reached = new Set([0])
  for (let at = 0; at < letters.length; at += 1) {
    if (!reached.has(at)) continue
    for (let end = at + 1; end <= Math.min(letters.length, at + 14); end += 1) if (words.has(letters.slice(at, end))) reached.add(end)
  }
  return letters.length > 0 && letters.length < 20 && reached.has(letters.length)
}

/** Common words with digits and signs around or between them, also masked. */
function dressedWord(text: string): boolean {
  const core = text.replace(/^[^a-z]+|[\d\W_]+$/g, '')
  const plain = unmasked(core).replace(/[^a-z]/g, '')
  const bare = text.replace(/[^a-z]/g, '')
  return [plain, bare].some((letters) => letters.length >= 3 && onlyWords(letters))
}

/** The parts of an address that say who it is: of at least four characters, without the top-level domain. */
function partsOf(email: string): string[] {
  const [local = '', domain = ''] = email.toLowerCase().split('@')
  const labels = domain.split('.').slice(0, -1)
  return [local, ...labels].flatMap((part) => [part, ...part.split(/[^a-z0-9]+/)]).filter((part) => part.length >= 4)
}

/** 12 to 256 characters (NIST SP 800-63B-4 section 3.1.1.2), no rules of composition; refused with 422 on `path` where it is one of the first a guesser tries. */
export function assertUncommonPassword(password: string, email: string, path: string) {
  const { least, most } = limits.passwordCharacters
  const characters = Array.from(password.normalize('NFKC')).length
  if (characters < least) throw invalid(path, `must have at least ${least} characters`)
  if (characters > most) throw invalid(path, `must have at most ${most} characters`)
  const text = password.normalize('NFKC').toLowerCase()
  const readings = [text, unmasked(text)]
  if (readings.some((reading) => reading.includes('monozu'))) throw invalid(path, 'must not contain the name of the product')
  if (partsOf(email).some((part) => readings.some((reading) => reading.includes(part))))
    throw invalid(path, 'must not contain a part of your e-mail address')
  const compact = text.replace(/[\s_-]+/g, '')
  if (repeats(text) || repeats(compact)) throw invalid(path, 'repeats itself')
  if (runs(compact)) throw invalid(path, 'is a sequence that is easy to guess')
  if (listed.has(text) || listed.has(compact) || dressedWord(text)) throw invalid(path, 'is a common password')
}
