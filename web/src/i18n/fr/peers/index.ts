/** French texts about peers: complete, or it does not compile. */

import { contract } from "./contract";
import { ledger } from "./ledger";
import { peers } from "./peers";

export const messages = { contract, ledger, peers };
