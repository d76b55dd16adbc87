import type { catalogue, KindName } from "./catalogue.ts";
import type { Field } from "./field.ts";

type Value<F> = F extends Field<infer T> ? T : never;
type OptionalKeys<F> = { [K in keyof F]: undefined extends Value<F[K]> ? K : never }[keyof F];
type Known<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]> } & { readonly [K in OptionalKeys<F>]?: Value<F[K]> };

/** The fields of one kind, as its reporter gives them: visitors' bytes may be bytes. */
export type FieldsOf<K extends KindName> = Known<(typeof catalogue)[K]["fields"]>;

/** What a session or the sensor reports; the envelope (who, where, when) is added by the parent process. */
export type Observation = { [K in KindName]: { readonly kind: K; readonly fields: FieldsOf<K> } }[KindName];
