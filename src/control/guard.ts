import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";

/**
 * Who may use the control interface over TCP: who knows the token, and asks for this host by an address or localhost. The last keeps web
 * pages out that reach a local service under a name of their own (DNS rebinding); an Origin that is not our own keeps out all other pages.
 * On the Unix socket the file's mode (0600) decides, so nothing is asked.
 */
export function tcpGuard(token: string, port: () => number): MiddlewareHandler {
  const expected = Buffer.from(`Bearer ${token}`);
  return async (context, next) => {
    const host = context.req.header("host") ?? "";
    if (!isLocalHost(host, port())) return context.json({ error: "this host is not served here" }, 421);
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`) return context.json({ error: "requests from other pages are refused" }, 403);
    const given = Buffer.from(context.req.header("authorization") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return context.json({ error: "the token is missing or wrong" }, 401);
    await next();
    return undefined;
  };
}

function isLocalHost(host: string, port: number): boolean {
  const [, name = "", given = "80"] = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d+))?$/i.exec(host) ?? [];
  return Number(given) === port && (name === "localhost" || /^(\d{1,3}\.){3}\d{1,3}$/.test(name) || name.startsWith("["));
}
