/** Texts about peers: a chunk of their own, since only administrators need them. */

import { contract } from "./contract";
import { peers } from "./peers";

export const messages = { contract, peers } as const;
