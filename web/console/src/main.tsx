import "@diwan/ui/styles.css";
import "./app/shell.css";
import { createRoot } from "react-dom/client";
import { Providers } from "./app/providers.tsx";
import { firstLocale, showLocale } from "./messages/load.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html lacks #root");

await showLocale(firstLocale());
createRoot(root).render(<Providers />);
