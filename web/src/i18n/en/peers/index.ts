/** Texts about peers: a chunk of their own, since only administrators need them. */

import { alerts } from "./alerts";
import { contract } from "./contract";
import { ending } from "./ending";
import { introductions } from "./introductions";
import { ledger } from "./ledger";
import { network } from "./network";
import { peers } from "./peers";

export const messages = { alerts, contract, ending, introductions, ledger, network, peers } as const;
