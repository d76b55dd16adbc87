/**
 * The connection layer of SSH (RFC 4254) on decrypted messages: it takes each message to its channel or to the global requests,
 * opens channels, and answers what the protocol does not allow as the persona's family of servers does.
 *
 * What must stay true: nothing is made before a visitor asks for it (an idle login has no channel and no system behind it); channels,
 * and bytes held for programs that do not read, are bounded; after the end of the connection nothing is sent.
 */
import { Buffer } from "node:buffer";
import type { Peer } from "../../../decoy/peer.ts";
import type { System } from "../../../shell/system.ts";
import { Reader } from "../../../wire/reader.ts";
import { accountOf } from "./account.ts";
import { Channel, type ChannelSetup } from "./channel.ts";
import { answerGlobalRequest } from "./global-requests.ts";
import { encodeHostKeys } from "./host-keys.ts";
import { findLaunch } from "./launch.ts";
import { encodeDebug, encodeGlobalReply, encodeGlobalRequest, encodeOpenFailure, Message, OpenFailure } from "./messages.ts";
import { planPathTunnel, planTcpTunnel, type TunnelPlan } from "./open-tunnel.ts";
import { Outbox } from "./outbox.ts";
import type { Connection, ConnectionPorts } from "./ports.ts";
import { type Reactions, reactionsOf, type UnknownChannelMessage } from "./reactions.ts";
import { SessionChannel } from "./session-channel.ts";
import { Tunnel } from "./tunnel.ts";

/** Starts the emulated machine behind a visit. */
export type Boot = (peer: Peer) => System;

interface Entry {
  readonly channel: Channel;
  readonly session: SessionChannel | undefined;
}

/** Bytes held for programs that do not read, above which the visitor is not read either. */
const MAX_HELD_BYTES = 256 * 1024;
const SHOWN_BYTES = 256;

export class SshConnection implements Connection {
  readonly #ports: ConnectionPorts;
  readonly #user: string;
  readonly #boot: Boot;
  readonly #outbox: Outbox;
  readonly #reactions: Reactions;
  #channels: Map<number, Entry> | undefined;
  #listeners: Set<string> | undefined;
  #system: System | undefined;
  #terminals = 0;
  #heldBytes = 0;
  #paused = false;
  #sessionsForbidden = false;
  #overflowReported = false;

  constructor(ports: ConnectionPorts, user: string, boot: Boot) {
    this.#ports = ports;
    this.#user = user;
    this.#boot = boot;
    this.#outbox = new Outbox(ports);
    this.#reactions = reactionsOf[ports.persona.family];
    if (ports.persona.connection.hostkeysProof)
      this.#outbox.send(encodeGlobalRequest("hostkeys-00@openssh.com", false, encodeHostKeys(ports)));
  }

  receive(payload: Uint8Array): void {
    if (!this.#outbox.open) return;
    const number = payload[0] ?? 0;
    const reader = new Reader(payload, 1);
    if (!this.#dispatch(number, reader)) this.#breakOff(number, payload);
  }

  drained(): void {
    this.#outbox.drained();
    for (const { channel } of [...(this.#channels?.values() ?? [])]) channel.flush();
  }

  end(): void {
    this.#outbox.close();
    for (const { channel } of this.#channels?.values() ?? []) channel.end();
    this.#channels = undefined;
    this.#system?.close();
    this.#system = undefined;
  }

  /** False: the message's fields do not fit. */
  #dispatch(number: number, reader: Reader): boolean {
    switch (number) {
      case Message.globalRequest:
        return this.#globalRequest(reader);
      case Message.channelOpen:
        return this.#openChannel(reader);
      case Message.channelRequest:
        return this.#channelRequest(reader);
      case Message.channelData:
      case Message.channelExtendedData:
      case Message.channelWindowAdjust:
      case Message.channelEof:
      case Message.channelClose:
      case Message.channelOpenConfirmation:
      case Message.channelOpenFailure:
        return this.#channelMessage(number, reader);
      case Message.requestSuccess:
      case Message.requestFailure:
      case Message.channelSuccess:
      case Message.channelFailure:
        return true;
      default:
        this.#ports.unimplemented();
        return true;
    }
  }

  /** `string type, boolean want reply, ...` (RFC 4254 §4) */
  #globalRequest(reader: Reader): boolean {
    const type = reader.string32().toString("latin1");
    const wantReply = reader.u8() !== 0;
    if (reader.short) return false;
    this.#listeners ??= new Set();
    const context = {
      ports: this.#ports,
      outbox: this.#outbox,
      wantReply,
      listeners: this.#listeners,
      forbidSessions: () => {
        this.#sessionsForbidden = true;
      },
    };
    const answer = answerGlobalRequest(type, context, reader);
    if (answer === "broken") return false;
    if (wantReply) this.#outbox.send(encodeGlobalReply(answer));
    return true;
  }

  /**
   *   string    channel type
   *   uint32    the visitor's channel number, window, largest packet
   *   ...       of the type                       RFC 4254 §5.1
   */
  #openChannel(reader: Reader): boolean {
    const type = reader.string32().toString("latin1");
    const asked = { type, remoteId: reader.u32(), remoteWindow: reader.u32(), remotePacket: reader.u32() };
    if (reader.short) return false;
    const full = (this.#channels?.size ?? 0) >= this.#ports.options.connection.maxChannels;
    if (full) this.#refuse(asked.remoteId, { reason: OpenFailure.resourceShortage, text: "open failed" });
    else return this.#openType(asked, reader);
    return true;
  }

  #openType(asked: Asked, reader: Reader): boolean {
    switch (asked.type) {
      case "session":
        return reader.left === 0 && this.#openSession(asked);
      case "direct-tcpip":
        return this.#openTunnel(asked, planTcpTunnel(this.#ports, reader));
      case "direct-streamlocal@openssh.com":
        if (this.#ports.persona.family === "openssh") return this.#openTunnel(asked, planPathTunnel(this.#ports, reader));
        break;
      case "tun@openssh.com":
        if (this.#reactions.explains) this.#outbox.send(encodeDebug("Server has rejected tunnel device forwarding"));
        this.#ports.peer.observe({ kind: "tunnel.request", fields: { way: "tun", host: "", port: 0, answer: "refused" } });
        break;
      default:
        break;
    }
    this.#refuse(asked.remoteId, this.#reactions.unknownType);
    return true;
  }

  #openSession(asked: Asked): boolean {
    if (this.#sessionsForbidden) {
      this.#disconnect("Possible attack: attempt to open a session after additional sessions disabled");
      return true;
    }
    const sessions = [...(this.#channels?.values() ?? [])].filter(({ session }) => session !== undefined);
    if (sessions.length >= this.#ports.persona.connection.maxSessions) {
      this.#refuse(asked.remoteId, { reason: OpenFailure.connectFailed, text: "open failed" });
      return true;
    }
    const channel = this.#newChannel(asked);
    const uid = accountOf(this.#ports.peer.persona, this.#user).credentials.uid;
    const session = new SessionChannel(channel, {
      connection: this.#ports,
      uid,
      launch: (request) => findLaunch(request, { connection: this.#ports, user: this.#user, system: () => this.#machine() }),
      nextTerminal: () => this.#terminals++,
      disconnect: (text) => this.#disconnect(text),
    });
    this.#keep(channel, session);
    channel.confirm(this.#reactions.larvalSessions ? "none" : "all");
    return true;
  }

  #openTunnel(asked: Asked, plan: TunnelPlan): boolean {
    if (plan === "broken") return false;
    if (!("service" in plan)) {
      this.#refuse(asked.remoteId, plan);
      return true;
    }
    const channel = this.#newChannel(asked);
    const tunnel = new Tunnel(channel, plan.service, { peer: this.#ports.peer, target: plan.target });
    this.#keep(channel, undefined);
    channel.confirm("all");
    channel.attach(tunnel);
    tunnel.start();
    return true;
  }

  /** `uint32 recipient, string type, boolean want reply, ...` (RFC 4254 §5.4) */
  #channelRequest(reader: Reader): boolean {
    const id = reader.u32();
    const type = reader.string32().toString("latin1");
    const wantReply = reader.u8() !== 0;
    if (reader.short) return false;
    const entry = this.#channels?.get(id);
    if (entry === undefined) return this.#unknownChannel("request", id);
    const outcome = entry.session?.request(type, reader) ?? "refused";
    if (outcome === "broken") return false;
    if (wantReply && this.#outbox.open) entry.channel.reply(outcome === "granted");
    entry.session?.replied();
    return true;
  }

  /** `uint32 recipient, ...` (RFC 4254 §5.2, §5.3) */
  #channelMessage(number: number, reader: Reader): boolean {
    const id = reader.u32();
    const channel = this.#channels?.get(id)?.channel;
    if (reader.short) return false;
    switch (number) {
      case Message.channelData:
        return channel === undefined ? this.#unknownChannel("data", id) : this.#data(channel, reader);
      case Message.channelExtendedData:
        // No server reads a second stream: what comes is dropped.
        return channel === undefined ? this.#unknownChannel("extended data", id) : true;
      case Message.channelWindowAdjust:
        return this.#adjust(channel, reader);
      case Message.channelEof:
        if (channel === undefined) return this.#unknownChannel("ieof", id);
        channel.receiveEof();
        return true;
      case Message.channelClose:
        if (channel === undefined) return this.#unknownChannel("oclose", id);
        channel.receiveClose();
        return true;
      case Message.channelOpenConfirmation:
        return this.#neverAsked("open confirmation", channel, id);
      default:
        return this.#neverAsked("open failure", channel, id);
    }
  }

  #data(channel: Channel, reader: Reader): boolean {
    const bytes = reader.string32();
    if (reader.short || reader.left > 0) return false;
    if (!channel.receive(bytes)) this.#leave(this.#reactions.windowIgnored(channel.setup.id));
    return true;
  }

  #adjust(channel: Channel | undefined, reader: Reader): boolean {
    const bytes = reader.u32();
    if (reader.short) return false;
    return channel?.adjust(bytes) ?? true;
  }

  /** We never open channels, so no answer to an opening is due. */
  #neverAsked(message: "open confirmation" | "open failure", channel: Channel | undefined, id: number): boolean {
    if (channel === undefined) return this.#unknownChannel(message, id);
    this.#leave(this.#reactions.explains ? `Received ${message} for non-opening channel ${id}.` : undefined);
    return true;
  }

  #unknownChannel(message: UnknownChannelMessage, id: number): true {
    this.#leave(this.#reactions.unknownChannel(message, id));
    return true;
  }

  #newChannel(asked: Asked): Channel {
    const { windowBytes, packetBytes } = this.#ports.persona.connection;
    const setup: ChannelSetup = { ...asked, id: this.#freeId(), windowBytes, packetBytes };
    return new Channel(setup, {
      outbox: this.#outbox,
      held: (bytes) => this.#held(bytes),
      overflowed: (maxBytes) => this.#overflowed(maxBytes),
      gone: () => this.#channels?.delete(setup.id),
    });
  }

  #keep(channel: Channel, session: SessionChannel | undefined): void {
    this.#channels ??= new Map();
    this.#channels.set(channel.setup.id, { channel, session });
  }

  /** The lowest number that is free, as sshd gives them. */
  #freeId(): number {
    let id = 0;
    while (this.#channels?.has(id) === true) id += 1;
    return id;
  }

  #refuse(remoteId: number, why: { readonly reason: number; readonly text: string }): void {
    this.#outbox.send(encodeOpenFailure(remoteId, why));
  }

  #held(bytes: number): void {
    this.#heldBytes += bytes;
    const over = this.#heldBytes > MAX_HELD_BYTES;
    if (over === this.#paused || !this.#outbox.open) return;
    this.#paused = over;
    if (over) this.#ports.peer.pause();
    else this.#ports.peer.resume();
  }

  #overflowed(maxBytes: number): void {
    if (this.#overflowReported) return;
    this.#overflowReported = true;
    this.#ports.peer.observe({ kind: "limit.reached", fields: { limit: "memory", amount: maxBytes } });
  }

  #machine(): System {
    this.#system ??= this.#boot(this.#ports.peer);
    return this.#system;
  }

  #breakOff(number: number, payload: Uint8Array): void {
    const bytes = Buffer.from(payload.subarray(0, SHOWN_BYTES));
    this.#ports.peer.observe({ kind: "malformed", fields: { why: `fields of message ${number} do not fit`, stage: "connection", bytes } });
    this.#outbox.hangUp();
  }

  /** Ends the connection over something that the protocol does not allow. */
  #leave(text: string | undefined): void {
    if (text === undefined) {
      this.#ports.peer.observe({ kind: "malformed", fields: { why: "message for a channel that does not allow it", stage: "connection" } });
      this.#outbox.hangUp();
      return;
    }
    this.#disconnect(text);
  }

  #disconnect(text: string): void {
    this.#ports.peer.observe({ kind: "malformed", fields: { why: text, stage: "connection" } });
    this.#outbox.disconnect(text);
  }
}

type Asked = Pick<ChannelSetup, "type" | "remoteId" | "remoteWindow" | "remotePacket">;
