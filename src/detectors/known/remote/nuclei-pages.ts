import type { Template } from "./nuclei-templates.ts";

/**
 * Public nuclei templates for the pages that web servers show when nobody has set them up: harmless, and each one request for `/`. A page
 * with many of their words fires many of them. Written from the templates' published conditions.
 */
const OK = { part: "status", anyOf: ["200"] } as const;

/** Id, the words of which the body must have all, and whether the answer must be 200. */
const PAGES: readonly (readonly [id: string, words: readonly string[], wantsOk?: boolean])[] = [
  ["lighttpd-default", ["<title>Powered by lighttpd</title>"], true],
  ["default-django-page", ["<title>The install worked successfully! Congratulations!</title>"]],
  ["default-centos-test-page", ["<title>HTTP Server Test Page powered by CentOS-WebPanel.com</title>"]],
  ["default-fedora-page", ["<title>Test Page for the HTTP Server on Fedora</title>"]],
  ["default-redhat-test-page", ["<title>Test Page for the Apache HTTP Server on Red Hat Enterprise Linux</title>"]],
  ["default-jetty-page", ["<TITLE>Powered By Jetty</TITLE>"]],
  ["default-openresty", ["<title>Welcome to OpenResty!</title>"]],
  ["default-tengine-page", ["Welcome to tengine", "Thank you for using tengine"], true],
  ["default-lucee-page", ["<title>Rapid web development with Lucee!</title>"]],
  ["default-cakephp-page", ["Welcome to CakePHP", "CakePHP Issues"], true],
  ["default-glassfish-server-page", ["GlassFish Server - Server Running"], true],
  ["default-plesk-page", ["<title>Web Server's Default Page</title>"]],
  ["default-ssltls-test-page", ["<TITLE>Test Page for the SSL/TLS-aware Apache Installation on Web Site</TITLE>"]],
  ["default-payara-server-page", ["<title>Payara Server - Server Running</title>"]],
  ["default-parallels-plesk", ["<title>Default Parallels Plesk Panel Page</title>"], true],
];

export const pages: readonly Template[] = PAGES.map(([id, words, wantsOk = false]) => ({
  id,
  asked: "http.get",
  has: [{ part: "body", allOf: words }, ...(wantsOk ? [OK] : [])],
}));
