/** Where the pinned Node is, for this machine. */
export declare const pinnedNode: string;

/** Whether a set-up was ever completed here. */
export declare function isSetUp(): boolean;

/** Installs what is missing. */
export declare function prepare(options: { readonly tools: boolean }): Promise<void>;
