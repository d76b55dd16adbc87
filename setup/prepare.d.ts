/** Where the pinned Node is, for this machine. */
export declare const pinnedNode: string;

/** Installs what is missing. */
export declare function prepare(options: { readonly tools: boolean }): Promise<void>;
