import { adbStimuli } from "./adb-stimuli.ts";
import { anyStimuli } from "./any-stimuli.ts";
import { dnsStimuli } from "./dns-stimuli.ts";
import { dockerStimuli } from "./docker-stimuli.ts";
import { elasticsearchStimuli } from "./elasticsearch-stimuli.ts";
import { ethernetIpStimuli } from "./ethernet-ip-stimuli.ts";
import { fingerStimuli } from "./finger-stimuli.ts";
import { ftpStimuli } from "./ftp-stimuli.ts";
import { gasTankStimuli } from "./gas-tank-stimuli.ts";
import { httpStimuli } from "./http-stimuli.ts";
import { imapStimuli } from "./imap-stimuli.ts";
import { ldapStimuli } from "./ldap-stimuli.ts";
import { memcachedStimuli } from "./memcached-stimuli.ts";
import { modbusStimuli } from "./modbus-stimuli.ts";
import { mongodbStimuli } from "./mongodb-stimuli.ts";
import { mqttStimuli } from "./mqtt-stimuli.ts";
import { msrpcStimuli } from "./msrpc-stimuli.ts";
import { mysqlStimuli } from "./mysql-stimuli.ts";
import { netbiosStimuli } from "./netbios-stimuli.ts";
import { netbusStimuli } from "./netbus-stimuli.ts";
import { ntpStimuli } from "./ntp-stimuli.ts";
import { pop3Stimuli } from "./pop3-stimuli.ts";
import { postgresStimuli } from "./postgres-stimuli.ts";
import { pptpStimuli } from "./pptp-stimuli.ts";
import { printerStimuli } from "./printer-stimuli.ts";
import { rdpStimuli } from "./rdp-stimuli.ts";
import { redisStimuli } from "./redis-stimuli.ts";
import { rtspStimuli } from "./rtsp-stimuli.ts";
import { s7Stimuli } from "./s7-stimuli.ts";
import { sipStimuli } from "./sip-stimuli.ts";
import { smallServicesStimuli } from "./small-services-stimuli.ts";
import { smbStimuli } from "./smb-stimuli.ts";
import { smtpStimuli } from "./smtp-stimuli.ts";
import { snmpStimuli } from "./snmp-stimuli.ts";
import { socksStimuli } from "./socks-stimuli.ts";
import { ssdpStimuli } from "./ssdp-stimuli.ts";
import { sshStimuli } from "./ssh-stimuli.ts";
import type { Stimulus } from "./stimulus.ts";
import { tdsStimuli } from "./tds-stimuli.ts";
import { telnetStimuli } from "./telnet-stimuli.ts";
import { tftpStimuli } from "./tftp-stimuli.ts";
import { vncStimuli } from "./vnc-stimuli.ts";

/** The stimuli of every protocol, those of the commonest services first: where time is short, what comes last is left out. */
export const protocolStimuli: readonly Stimulus[] = [
  ...sshStimuli,
  ...anyStimuli,
  ...httpStimuli,
  ...telnetStimuli,
  ...ftpStimuli,
  ...smtpStimuli,
  ...smbStimuli,
  ...mysqlStimuli,
  ...redisStimuli,
  ...adbStimuli,
  ...dnsStimuli,
  ...dockerStimuli,
  ...elasticsearchStimuli,
  ...ethernetIpStimuli,
  ...fingerStimuli,
  ...gasTankStimuli,
  ...imapStimuli,
  ...ldapStimuli,
  ...memcachedStimuli,
  ...modbusStimuli,
  ...mongodbStimuli,
  ...mqttStimuli,
  ...msrpcStimuli,
  ...netbiosStimuli,
  ...netbusStimuli,
  ...ntpStimuli,
  ...pop3Stimuli,
  ...postgresStimuli,
  ...pptpStimuli,
  ...printerStimuli,
  ...rdpStimuli,
  ...rtspStimuli,
  ...s7Stimuli,
  ...sipStimuli,
  ...smallServicesStimuli,
  ...snmpStimuli,
  ...socksStimuli,
  ...ssdpStimuli,
  ...tdsStimuli,
  ...tftpStimuli,
  ...vncStimuli,
];

/** The same and others, each id once: what is given first stays. */
export function withStimuli(...others: readonly (readonly Stimulus[])[]): readonly Stimulus[] {
  const all = [protocolStimuli, ...others].flat();
  return [...new Map(all.reverse().map((stimulus) => [stimulus.id, stimulus])).values()].reverse();
}
