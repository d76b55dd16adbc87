import { fine, odd, oddIf, portCheck, type RemoteCheck } from "./opinions.ts";

/** Certificates that no certificate authority and no administrator made. */
const DAY_MS = 86_400_000;

export const tlsChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "tls.md5",
    family: "tls",
    looksAt: "signature of the certificate",
    reason: "The certificate is signed with a hash that nothing has issued for fifteen years.",
    ratio: 8,
    source: "Dionaea src/ssl.c; CA/Browser Forum baseline requirements",
    opinion: ({ tls }) => (tls === undefined ? undefined : oddIf(/md[245]/i.test(tls.signatureAlgorithm), tls.signatureAlgorithm)),
  }),
  portCheck({
    id: "tls.serial.time",
    family: "tls",
    looksAt: "serial number and beginning of the certificate",
    reason: "The serial number is the second in which the certificate was made.",
    ratio: 20,
    source: "Dionaea src/ssl.c",
    opinion: ({ tls }) => {
      if (tls === undefined) return undefined;
      const began = Date.parse(tls.notBefore);
      const serial = Number.parseInt(tls.serial.slice(0, 12), 16);
      if (Number.isNaN(began) || Number.isNaN(serial)) return undefined;
      return oddIf(
        tls.serial.replace(/^0+/, "").length === 8 && Math.abs(serial * 1000 - began) < DAY_MS,
        `serial ${tls.serial}, from ${tls.notBefore}`,
      );
    },
  }),
  portCheck({
    id: "tls.standard-names",
    family: "tls",
    looksAt: "subject of the certificate",
    reason: "The subject is what the certificate tool fills in when nobody answers it.",
    ratio: 3,
    source: "openssl.cnf: Internet Widgits; T-Pot",
    opinion: ({ tls }) =>
      tls === undefined ? undefined : oddIf(/Internet Widgits|Some-State|Default Company Ltd|CN=\*$/.test(tls.subject), tls.subject),
  }),
  portCheck({
    id: "tls.serial.zero",
    family: "tls",
    looksAt: "serial number of the certificate",
    reason: "The serial number is zero or one, as a script leaves it that makes certificates in passing.",
    ratio: 3,
    source: "Heralding; RFC 5280 §4.1.2.2",
    opinion: ({ tls }) => (tls === undefined ? undefined : oddIf(tls.selfSigned && /^0*[01]?$/.test(tls.serial), `serial ${tls.serial}`)),
  }),
  portCheck({
    id: "tls.dates",
    family: "tls",
    looksAt: "validity of the certificate",
    reason: "The certificate ran out more than two years ago, and the service goes on as if nobody used it.",
    ratio: 3,
    source: "RFC 5280 §4.1.2.5",
    opinion: ({ tls }, { takenAtMs }) => {
      const [from, to] = [Date.parse(tls?.notBefore ?? ""), Date.parse(tls?.notAfter ?? "")];
      if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
      if (to <= from) return odd(`from ${tls?.notBefore} to ${tls?.notAfter}`, 10);
      return takenAtMs - to > 730 * DAY_MS ? odd(`to ${tls?.notAfter}`) : fine(`to ${tls?.notAfter}`);
    },
  }),
];
