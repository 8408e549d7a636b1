/** What usually answers on a port. Plant-floor protocols first of all: /etc/services knows few of them. */
const common: Record<string, string> = {
  'tcp/21': 'ftp',
  'tcp/22': 'ssh',
  'tcp/23': 'telnet',
  'tcp/25': 'smtp',
  'tcp/53': 'dns',
  'udp/53': 'dns',
  'udp/67': 'dhcp',
  'udp/69': 'tftp',
  'tcp/80': 'http',
  'tcp/102': 's7comm',
  'tcp/111': 'rpcbind',
  'udp/111': 'rpcbind',
  'udp/123': 'ntp',
  'tcp/139': 'netbios',
  'udp/161': 'snmp',
  'tcp/389': 'ldap',
  'tcp/443': 'https',
  'udp/443': 'quic',
  'tcp/445': 'smb',
  'tcp/502': 'modbus',
  'udp/514': 'syslog',
  'tcp/1433': 'mssql',
  'tcp/1883': 'mqtt',
  'tcp/2049': 'nfs',
  'tcp/3306': 'mysql',
  'tcp/3389': 'rdp',
  'tcp/4840': 'opcua',
  'udp/5353': 'mdns',
  'tcp/5432': 'postgresql',
  'tcp/5900': 'vnc',
  'tcp/6379': 'redis',
  'tcp/8080': 'http-alt',
  'tcp/8443': 'https-alt',
  'tcp/8883': 'mqtts',
  'tcp/20000': 'dnp3',
  'tcp/44818': 'ethernet-ip',
  'udp/47808': 'bacnet',
  'udp/51820': 'wireguard',
}

/** Adds what a services(5) file knows; the table above wins. */
export function parseServices(text: string): (protocol: string, port: number) => string | undefined {
  const known = new Map<string, string>()
  for (const match of text.matchAll(/^([\w.+-]+)\s+(\d+)\/(tcp|udp)\b/gm)) {
    const key = `${match[3]}/${match[2]}`
    if (match[1] && !known.has(key)) known.set(key, match[1].slice(0, 40))
  }
  return (protocol, port) => common[`${protocol}/${port}`] ?? known.get(`${protocol}/${port}`)
}
