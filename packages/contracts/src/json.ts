import { z } from "zod";

/** A value of a workflow as it travels: anything JSON holds. Numbers keep their literal kind; see `Float` in `workflow`. */
export const WireValue = z.unknown();

export const WireObject = z.record(z.string(), WireValue);
export type WireObject = z.infer<typeof WireObject>;
