/** Public keys made with ssh-keygen of OpenSSH 9.2, what it prints of them (`-l`), and its signatures (`-Y sign -n test`) of the text "the message". */
export interface OpensshKey {
  readonly type: string;
  /** base64 */
  readonly blob: string;
  readonly bits: number;
  readonly fingerprint: string;
  /** base64 of an SSHSIG (PROTOCOL.sshsig) */
  readonly signature?: string;
}

export const opensshKeys: readonly OpensshKey[] = [
  {
    type: "ssh-ed25519",
    blob: "AAAAC3NzaC1lZDI1NTE5AAAAICp8ib+aS7tZGMQTJNXEk7KgeiZiCOyqs+n+rz/gYJet",
    bits: 256,
    fingerprint: "SHA256:P5FuifPn2zWtLW4a7Tg5LHiAqP+XC86rJtqJJLRpgws",
    signature: [
      "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgKnyJv5pLu1kYxBMk1cSTsqB6JmII7Kqz6f6vP+Bgl60AAAAEdGVzdAAAAAAAAAAGc2hhNTEyAAAA",
      "UwAAAAtzc2gtZWQyNTUxOQAAAEC0lyBIzjrRkePN+wZZqJtHhu0I6Y+RrV0J5iYxl8Ni2UdJhEg7zWYSTJcX7KxBaX+8UjNdDoVG/oedNXvMSp4N",
    ].join(""),
  },
  {
    type: "ssh-rsa",
    blob: [
      "AAAAB3NzaC1yc2EAAAADAQABAAAAgQD0GBwdh6CPPcCKpgl6NRKIsgw7J5L5Sc9YkZXvqy5RfhVvi6x12MJTrZaLCFkgC36SFn/V/1deFNc9ruth1xmDmy6W",
      "3tHzYyI88PDDYjJmw2BmC8WfPVhvbhtmbZwo7weCfwLLVZ8OIb4hVbHAVORC7QNoaFsdcKS/CRLqhIRANQ==",
    ].join(""),
    bits: 1024,
    fingerprint: "SHA256:d7T4xhEYGlwyfDgEL83kosgx7920Chl4LtCNmWpi/dI",
    signature: [
      "U1NIU0lHAAAAAQAAAJcAAAAHc3NoLXJzYQAAAAMBAAEAAACBAPQYHB2HoI89wIqmCXo1EoiyDDsnkvlJz1iRle+rLlF+FW+LrHXYwlOtlosIWSALfpIWf9X/",
      "V14U1z2u62HXGYObLpbe0fNjIjzw8MNiMmbDYGYLxZ89WG9uG2ZtnCjvB4J/AstVnw4hviFVscBU5ELtA2hoWx1wpL8JEuqEhEA1AAAABHRlc3QAAAAAAAAA",
      "BnNoYTUxMgAAAJQAAAAMcnNhLXNoYTItNTEyAAAAgHlc+pqRwJNYRiiUuLfCajdCOOgcVgjF7vz/XaK5WHif2vTeDfwmS9X3J37icwXwKqxbR3V/flwWyqDR",
      "H1fq9XKAu3gfQd/7bZXrlSJPxHKrGaML2wjZogW2ZPTC3T28IM8K1TL9bkrwUaplAnggEUQ7UvY8bwsGcYa9epu5TdAg",
    ].join(""),
  },
  {
    type: "ecdsa-sha2-nistp256",
    blob: [
      "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGXxWsv2EtgQ7zT+clnecxycn1MNgWZ5VrPJhw8YbzxE3I6HvBkD3vE+5rnCqT3/zQer",
      "m5GLw991cRlsc7yWOv4=",
    ].join(""),
    bits: 256,
    fingerprint: "SHA256:EOCJm85jFlQKy90mu0zLduZ6L9TVMGs66onJMeY6M04",
    signature: [
      "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAEEEZfFay/YS2BDvNP5yWd5zHJyfUw2BZnlWs8mHDxhvPETcjoe8",
      "GQPe8T7mucKpPf/NB6ubkYvD33VxGWxzvJY6/gAAAAR0ZXN0AAAAAAAAAAZzaGE1MTIAAABjAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAABIAAAAIBmfKvOQ",
      "JXBEnq2/WGvHrl6A365eDwZwYGoNHvwgsqv4AAAAIGLwDSGtOKJUt8lEIawzqDpsNVjz4QuQ0HJBS4xUO8HH",
    ].join(""),
  },
  {
    type: "ecdsa-sha2-nistp521",
    blob: [
      "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAGE3ev8bza+3rPy2gFHedpIGm/OCePOnyDpH0TYWE9UwJFOuiEUYIbTE0eY5i6HmCb4",
      "YFE3DyHRZ6TcseX0pQ5M9QDsUxipgnHqfqMrcKHb/pXnm43Nx0da+I7WQPjNswjsXg6fqxd3U6AKPhB7X7lpw3Kpm6Il+72ZASvHZdHzXhaaPg==",
    ].join(""),
    bits: 521,
    fingerprint: "SHA256:1tlD5giruei1+epbC/sqA4cpBvxWXKrFj++wNfladww",
    signature: [
      "U1NIU0lHAAAAAQAAAKwAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQAAAIUEAYTd6/xvNr7es/LaAUd52kgab84J486fIOkfRNhYT1TAkU66",
      "IRRghtMTR5jmLoeYJvhgUTcPIdFnpNyx5fSlDkz1AOxTGKmCcep+oytwodv+leebjc3HR1r4jtZA+M2zCOxeDp+rF3dToAo+EHtfuWnDcqmboiX7vZkBK8dl",
      "0fNeFpo+AAAABHRlc3QAAAAAAAAABnNoYTUxMgAAAKcAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAIwAAABCAeVci1caK+LbhpodtXKxs77qAP+6lrkkC8JX",
      "thhRhdgBDkYYkkMCrJ8V9cmMeJlUSyVTG8TKAxH2Oo0Dl1yBET41AAAAQgFczmKjUQFbvwYSdkSW3lRVLfxDQf+HTMKiHVFiiRSySnVw/0NvLduQw6dH4pvf",
      "OkuEO7TEXMls847PRnZ56F0yKQ==",
    ].join(""),
  },
  {
    type: "ssh-dss",
    blob: [
      "AAAAB3NzaC1kc3MAAACBAJVpjBsOqOn7oGGcmzLa7xktbHiCgfw46H/+W6xhwgN9EFEUKC42iXnhuYGi5LOxKSXNKqzolYpXwn73vyaie0sV7x+wKP6fxkwS",
      "p+bUfc8ohHtYpIMWYK/hM/aLYpQ5td7ktDUTFFffoESdfaxFJ25FTfkppeWszTLIwwtGn4PjAAAAFQCHVKpuJocKVkg9d/QsXXJMf2aZBQAAAIBvV2Bdxn5W",
      "+0B1j9hg9isatw/G5X/XVWc5n1aX+l1cCZbrOP4bICzPVeFYMZ/c3mH93ZfFBCnrE8YGVQF8kJirw/MGIpSd3oEQ18enRXYRuqoF7GcVEe5llVUGtxuwAltd",
      "YvxAomTxowppgZ4no/WvpSTD4mFVCv1Vac4td75d7wAAAIBpDOoGS6g/i9Fc6VSGAEBNiDV567xHTda5aLuLK2nMXCXkDwGtqg9i/diw+xOATtZMF8YgZBzH",
      "uCGoskzJAIgIV7gswJMzOaYMUUYbGX3i8MwmY+pXpua5lM4KcYEt0CjY8fZTS7s3QUJ90IhmYcxwGvj+HplOC55eeqKmEREY0w==",
    ].join(""),
    bits: 1024,
    fingerprint: "SHA256:RZINziNz+9k/q5qIGlLLOC2ei1ywTVo6Zq68EgAI73I",
  },
  {
    type: "ssh-ed25519-cert-v01@openssh.com",
    blob: [
      "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIHuUROhsLqBMHj3K48DyKitWklHvqYRnwM+qlUu7NtggAAAAICp8ib+aS7tZGMQTJNXE",
      "k7KgeiZiCOyqs+n+rz/gYJetAAAAAAAAAAAAAAABAAAAC3Zpc2l0b3Iga2V5AAAAEQAAAARyb290AAAABWFkbWluAAAAAGsCSOAAAAAAawOavwAAAAAAAACC",
      "AAAAFXBlcm1pdC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAA",
      "AAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIH/osSSBt9kJdNK8dgurXUJFLnXnjAEm",
      "s53D9EHAmJ07AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBj1BiA2gn06O+hTjZLQvLr7Xj/Bpemj0smsoKQxgasH1sab9qjczF/IE0tiZ25vZDFL1WIIcNFN0Ru",
      "2gm3HVAK",
    ].join(""),
    bits: 256,
    fingerprint: "SHA256:P5FuifPn2zWtLW4a7Tg5LHiAqP+XC86rJtqJJLRpgws",
  },
  {
    type: "ssh-rsa-cert-v01@openssh.com",
    blob: [
      "AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgOVZzSAvA4wja20R3X1DNudoOT2X84zQYAeGGDjGOy4IAAAADAQABAAAAgQD0GBwdh6CPPcCK",
      "pgl6NRKIsgw7J5L5Sc9YkZXvqy5RfhVvi6x12MJTrZaLCFkgC36SFn/V/1deFNc9ruth1xmDmy6W3tHzYyI88PDDYjJmw2BmC8WfPVhvbhtmbZwo7weCfwLL",
      "VZ8OIb4hVbHAVORC7QNoaFsdcKS/CRLqhIRANQAAAAAAAAAAAAAAAQAAAAt2aXNpdG9yIGtleQAAABEAAAAEcm9vdAAAAAVhZG1pbgAAAABrAkjgAAAAAGsD",
      "mr8AAAAAAAAAggAAABVwZXJtaXQtWDExLWZvcndhcmRpbmcAAAAAAAAAF3Blcm1pdC1hZ2VudC1mb3J3YXJkaW5nAAAAAAAAABZwZXJtaXQtcG9ydC1mb3J3",
      "YXJkaW5nAAAAAAAAAApwZXJtaXQtcHR5AAAAAAAAAA5wZXJtaXQtdXNlci1yYwAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACB/6LEkgbfZCXTSvHYL",
      "q11CRS5154wBJrOdw/RBwJidOwAAAFMAAAALc3NoLWVkMjU1MTkAAABA0eIdHRCGv0umfZjBEDkQ638G5c/D3L2bad34GpWyfDOF8ZYtl3ZM+iv8OD3Z7fM2",
      "jZyi/NH+xYSuq55eJhXzAQ==",
    ].join(""),
    bits: 1024,
    fingerprint: "SHA256:d7T4xhEYGlwyfDgEL83kosgx7920Chl4LtCNmWpi/dI",
  },
  {
    type: "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    blob: [
      "AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAAgp4sJ/BO7K4IymiwSKwLaDI7dkCiMq+Gr0MP5CrDeJ8sAAAAIbmlzdHAy",
      "NTYAAABBBGXxWsv2EtgQ7zT+clnecxycn1MNgWZ5VrPJhw8YbzxE3I6HvBkD3vE+5rnCqT3/zQerm5GLw991cRlsc7yWOv4AAAAAAAAAAAAAAAEAAAALdmlz",
      "aXRvciBrZXkAAAARAAAABHJvb3QAAAAFYWRtaW4AAAAAawJI4AAAAABrA5q/AAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3YXJkaW5nAAAAAAAAABdwZXJt",
      "aXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybWl0LXVzZXItcmMA",
      "AAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAgf+ixJIG32Ql00rx2C6tdQkUudeeMASazncP0QcCYnTsAAABTAAAAC3NzaC1lZDI1NTE5AAAAQEcw2InP",
      "H1kGAOdr+W7PA6/89FwmowUpLDFO0ypdcz5LqSwON+5cnmPvE4C86PtI3M5+rvAgmV3VDt9WULlIHwg=",
    ].join(""),
    bits: 256,
    fingerprint: "SHA256:EOCJm85jFlQKy90mu0zLduZ6L9TVMGs66onJMeY6M04",
  },
];

/** The authority that signed the certificates above, each with the key id "visitor key". */
export const authorityFingerprint = "SHA256:wYFo/coKL37IrVgWQU4+9HCPMEbNN+0Ra1xG6qxNDs8";
