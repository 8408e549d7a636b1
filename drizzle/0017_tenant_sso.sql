CREATE TABLE "email_domain" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"domain" text NOT NULL,
	"challenge" text NOT NULL,
	"verified_at" timestamp (3) with time zone,
	"checked_at" timestamp (3) with time zone,
	"missing_since" timestamp (3) with time zone,
	CONSTRAINT "email_domain_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "email_domain" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sso_provider" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"directory" uuid NOT NULL,
	"client_id" text NOT NULL,
	"secret_sealed" text NOT NULL,
	CONSTRAINT "sso_provider_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "sso_provider" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "identity_provider";--> statement-breakpoint
ALTER TABLE "sso_handoff" ADD COLUMN "provider_tenant_id" uuid;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "provider_tenant_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "email_domain_once" ON "email_domain" USING btree ("tenant_id","domain");--> statement-breakpoint
CREATE UNIQUE INDEX "sso_provider_one" ON "sso_provider" USING btree ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_provider" ON "identity" USING btree ("issuer","directory","subject",coalesce(provider_tenant_id, '00000000-0000-0000-0000-000000000000')) WHERE kind = 'oidc';--> statement-breakpoint
CREATE POLICY "email_domain_tenant" ON "email_domain" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "sso_provider_tenant" ON "sso_provider" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());