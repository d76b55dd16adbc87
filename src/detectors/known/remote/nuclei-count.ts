import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { neverAsked, verdictOf } from "./answers.ts";
import { fired } from "./nuclei-honeypots.ts";
import { pages } from "./nuclei-pages.ts";
import { templates } from "./nuclei-templates.ts";

/**
 * What nuclei's engine itself takes for a honeypot when it is told to look (`-hpd`): a host and port at which so many different templates
 * fire. Only the templates that are known here count, so a true run finds as many or more.
 */
export const nucleiCount: KnownDetector<RemoteView> = {
  id: "nuclei-hpd",
  title: "nuclei -hpd, ports at which too much fires",
  version: "3, with the standard threshold",
  source: "projectdiscovery/nuclei: pkg/protocols/common/honeypotdetector",
  runAs: "anyone",
  judge: (view) => {
    const hits = [...pages, ...templates].flatMap((template) => fired(view, template));
    const ports = [...Map.groupBy(hits, ({ port }) => port)].map(([port, found]) => ({
      port,
      ids: new Set(found.map(({ says }) => says)),
    }));
    return verdictOf(
      ports
        .filter(({ ids }) => ids.size >= THRESHOLD)
        .map(({ port, ids }) => ({ port, says: `${ids.size} templates fire`, because: [...ids].join(", ") })),
      { nothing: "nowhere so many templates fire", lacking: neverAsked(view, ["http.get"]) },
    );
  },
};

/** `-hpt`. */
const THRESHOLD = 15;
