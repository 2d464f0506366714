/**
 * Why what is aborted for nobody to hear of was. Making an error each time, with its stack, would cost more than the
 * aborting.
 */
export const aborted = new DOMException("It is not waited for any more.", "AbortError");
