/** What stands behind a channel: a program or a canned service. The channel does all windows, packets and closing. */
export interface Behind {
  /** Bytes from the visitor; the view is valid only during the call. False: hold back until `Channel.wantInput()`. */
  receive(bytes: Uint8Array): boolean;
  /** The visitor's EOF. */
  finish(): void;
  /** After `Channel.write` returned false: go on. */
  drained(): void;
  /** The visitor's CLOSE. True: it goes on for a while, and calls `Channel.close()` at its end; what it writes is lost. */
  visitorClosed(): boolean;
  /** The channel is gone; nothing can be written any more. */
  end(): void;
}
