// Texts end at their first zero on the way between here and the host, so those that have one travel as JSON.

/** UTF-8 of a text, in hexadecimal digits. */
function utf8ToHex(text) {
  return text.includes("\0") ? host.jsonToHex(JSON.stringify(text)) : host.utf8ToHex(text);
}

/** The text of UTF-8 in hexadecimal digits; undefined where it is not valid and has to be. */
function hexToUtf8(hex, isFatal) {
  const json = host.hexToJson(hex, isFatal);
  return json === undefined ? undefined : JSON.parse(json);
}

/** @param descriptor  1 for standard output, 2 for standard error. */
function write(descriptor, text) {
  if (text.includes("\0")) host.writeJson(descriptor, JSON.stringify(text));
  else host.write(descriptor, text);
}

module.exports = { hexToUtf8, utf8ToHex, write };
