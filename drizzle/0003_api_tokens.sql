CREATE TABLE "api_token" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"token_hash" text NOT NULL,
	"membership_id" uuid,
	"service_account_id" uuid,
	"made_with_id" uuid,
	"scopes" text[] NOT NULL,
	"allowed_addresses" text[],
	"expires_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_token_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_token_owner" CHECK ((membership_id is null) <> (service_account_id is null))
);
--> statement-breakpoint
ALTER TABLE "api_token" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "service_account_group" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"service_account_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	CONSTRAINT "service_account_group_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "service_account_group" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "service_account_unit" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"service_account_id" uuid NOT NULL,
	"org_unit_id" uuid NOT NULL,
	"subtree" boolean DEFAULT true NOT NULL,
	CONSTRAINT "service_account_unit_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "service_account_unit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "service_account" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"whole_tenant" boolean DEFAULT false NOT NULL,
	"disabled" boolean DEFAULT false NOT NULL,
	CONSTRAINT "service_account_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "service_account" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_tenant_id_membership_id_membership_tenant_id_id_fk" FOREIGN KEY ("tenant_id","membership_id") REFERENCES "public"."membership"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_tenant_id_service_account_id_service_account_tenant_id_id_fk" FOREIGN KEY ("tenant_id","service_account_id") REFERENCES "public"."service_account"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_account_group" ADD CONSTRAINT "service_account_group_tenant_id_service_account_id_service_account_tenant_id_id_fk" FOREIGN KEY ("tenant_id","service_account_id") REFERENCES "public"."service_account"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_account_group" ADD CONSTRAINT "service_account_group_tenant_id_group_id_access_group_tenant_id_id_fk" FOREIGN KEY ("tenant_id","group_id") REFERENCES "public"."access_group"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_account_unit" ADD CONSTRAINT "service_account_unit_tenant_id_service_account_id_service_account_tenant_id_id_fk" FOREIGN KEY ("tenant_id","service_account_id") REFERENCES "public"."service_account"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_account_unit" ADD CONSTRAINT "service_account_unit_tenant_id_org_unit_id_org_unit_tenant_id_id_fk" FOREIGN KEY ("tenant_id","org_unit_id") REFERENCES "public"."org_unit"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_token_tenant_id_membership_id_index" ON "api_token" USING btree ("tenant_id","membership_id");--> statement-breakpoint
CREATE INDEX "api_token_tenant_id_service_account_id_index" ON "api_token" USING btree ("tenant_id","service_account_id");--> statement-breakpoint
CREATE INDEX "api_token_tenant_id_made_with_id_index" ON "api_token" USING btree ("tenant_id","made_with_id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_account_group_once" ON "service_account_group" USING btree ("tenant_id","service_account_id","group_id");--> statement-breakpoint
CREATE INDEX "service_account_group_tenant_id_group_id_index" ON "service_account_group" USING btree ("tenant_id","group_id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_account_unit_once" ON "service_account_unit" USING btree ("tenant_id","service_account_id","org_unit_id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_account_name" ON "service_account" USING btree ("tenant_id",lower("name"));--> statement-breakpoint
CREATE POLICY "api_token_tenant" ON "api_token" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "service_account_group_tenant" ON "service_account_group" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "service_account_unit_tenant" ON "service_account_unit" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "service_account_tenant" ON "service_account" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());