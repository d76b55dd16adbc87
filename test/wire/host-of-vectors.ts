import { ip, Laboratory } from "../engine/laboratory.ts";

/** A laboratory whose host has the addresses that vectors are sent to, and answers each of their senders however many there are. */
export function hostOfVectors(): Laboratory {
  const laboratory = new Laboratory();
  const host = laboratory.name("host");
  ip("-n", host, "address", "add", "192.0.2.10/24", "dev", "lab0");
  ip("-n", host, "address", "add", "2001:db8::a/64", "dev", "lab0", "nodad");
  ip("-n", host, "route", "add", "10.9.0.0/16", "via", "192.0.2.2");
  ip("-n", host, "route", "add", "2001:db8:9::/48", "via", "2001:db8:1::2");
  const unlimited = [
    "net.ipv4.icmp_ratemask=0",
    "net.ipv4.icmp_msgs_per_sec=100000",
    "net.ipv4.icmp_msgs_burst=100000",
    "net.ipv6.icmp.ratemask=",
  ];
  for (const setting of unlimited) laboratory.must("host", "sysctl", "-qw", setting);
  return laboratory;
}
