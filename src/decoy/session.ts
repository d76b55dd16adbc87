/**
 * One conversation with one visitor: it holds its own state, is fed bytes, and speaks only through its `Peer`.
 * A session never throws on input. The host calls nothing after `end()`, and nothing but `end()` after the peer hung up.
 */
export interface Session {
  /** The connection is open and the visitor has said nothing: send the greeting here, if the protocol has one. */
  start?(): void;

  /** Bytes from the visitor, cut anywhere: one call is not one message. The view is valid only during the call. */
  receive(bytes: Uint8Array): void;

  /** The visitor closed its sending side (half-close); answers may still be sent. Without this method the host hangs up. */
  finish?(): void;

  /** The connection is gone, whoever ended it: stop; nothing can be sent any more. */
  end?(): void;

  /** After `send` returned false: the backlog is sent, go on producing. */
  drained?(): void;
}
