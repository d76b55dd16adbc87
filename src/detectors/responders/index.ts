export { type DrawAsked, type Drawn, drawResponders } from "./draw.ts";
export { type EngineBanner, type EngineBanners, engineBanners } from "./engine-banners.ts";
export { hostSeed } from "./host-seed.ts";
export { rowsFor, whyNot } from "./rows.ts";
export type { SaidPart, SaidRow, SaidService } from "./said.ts";
export { loadSet, setNames } from "./set.ts";
