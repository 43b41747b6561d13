/** The page of the API: Swagger UI over the document that this very server gives out. */

import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";

// Swagger UI has dark colours under this class.
document.documentElement.classList.toggle("dark-mode", matchMedia("(prefers-color-scheme: dark)").matches);

SwaggerUI({ dom_id: "#docs", url: "openapi.json", deepLinking: true, validatorUrl: null });
