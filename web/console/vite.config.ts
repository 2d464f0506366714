import { cataloguesPlugin } from "@diwan/ui/catalogues-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./compress.ts";

const server = process.env["DIWAN_URL"] ?? "http://127.0.0.1:5001";

export default defineConfig({
  plugins: [cataloguesPlugin(), react(), compress()],
  server: { proxy: { "/console/api": server } },
  build: {
    target: "es2022",
    // Fonts as `data:` addresses would need a wider content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
