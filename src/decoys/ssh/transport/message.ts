/** Message numbers (RFC 4250 §4.1.2, RFC 4419 §5, RFC 8308 §2.3). Numbers 30 to 49 mean what the key exchange method says. */
export const message = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  serviceRequest: 5,
  serviceAccept: 6,
  extInfo: 7,
  kexInit: 20,
  newKeys: 21,
  /** First number of the key exchange method's own. */
  kexFirst: 30,
  kexLast: 49,
  dhInit: 30,
  dhReply: 31,
  gexRequestOld: 30,
  gexGroup: 31,
  gexInit: 32,
  gexReply: 33,
  gexRequest: 34,
  userauthRequest: 50,
  userauthFailure: 51,
  userauthSuccess: 52,
  userauthBanner: 53,
  /** The methods' own: PK_OK, PASSWD_CHANGEREQ and INFO_REQUEST share the number. */
  userauthPkOk: 60,
  userauthInfoRequest: 60,
  userauthInfoResponse: 61,
  connectionFirst: 80,
  connectionLast: 127,
} as const;

/** Reason codes of SSH_MSG_DISCONNECT (RFC 4250 §4.2.2). */
export const reason = {
  protocolError: 2,
  keyExchangeFailed: 3,
  macError: 5,
  compressionError: 6,
  serviceNotAvailable: 7,
  versionNotSupported: 8,
  byApplication: 11,
  noMoreAuthMethods: 14,
} as const;
