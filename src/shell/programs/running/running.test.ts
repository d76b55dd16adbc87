import { checkRealCases } from "../../testing/real-cases.ts";

checkRealCases(new URL("./cases.json", import.meta.url));
