CREATE TABLE "sso_handoff" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hash" text NOT NULL,
	"cookie_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"email" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sso_handoff_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "sso_handoff" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sso_transaction" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"hash" text NOT NULL,
	"state_hash" text NOT NULL,
	"sealed" text NOT NULL,
	"provider" text NOT NULL,
	"return_path" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sso_transaction_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "sso_transaction" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "tenant_choice" ADD COLUMN "amr" text[] DEFAULT '{"pwd"}' NOT NULL;--> statement-breakpoint
ALTER TABLE "mfa_challenge" ADD COLUMN "amr" text[] DEFAULT '{"pwd"}' NOT NULL;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "issuer" text;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "directory" text;--> statement-breakpoint
ALTER TABLE "identity" ADD COLUMN "subject" text;--> statement-breakpoint
CREATE UNIQUE INDEX "identity_provider" ON "identity" USING btree ("issuer","directory","subject") WHERE kind = 'oidc';--> statement-breakpoint
CREATE POLICY "sso_handoff_tenant" ON "sso_handoff" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "sso_transaction_tenant" ON "sso_transaction" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());