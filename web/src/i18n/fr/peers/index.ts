/** French texts of the administration: complete, or it does not compile. */

import { admin } from "./admin";
import { alerts } from "./alerts";
import { contract } from "./contract";
import { ending } from "./ending";
import { introductions } from "./introductions";
import { ledger } from "./ledger";
import { network } from "./network";
import { peers } from "./peers";
import { reports } from "./reports";

export const messages = {
  admin,
  alerts,
  contract,
  ending,
  introductions,
  ledger,
  network,
  peers,
  reports,
};
