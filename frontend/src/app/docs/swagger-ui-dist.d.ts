declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    readonly dom_id: string;
    /** Relative to the page. */
    readonly url: string;
    readonly deepLinking: boolean;
    /** Null: the document is not sent to a validator. */
    readonly validatorUrl: null;
  }
  export default function SwaggerUI(options: Options): void;
}
