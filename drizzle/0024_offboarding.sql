CREATE TABLE "archive_link" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"archive_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"downloads" integer DEFAULT 0 NOT NULL,
	"downloaded_at" timestamp (3) with time zone,
	CONSTRAINT "archive_link_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "archive_link" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "archive_piece" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"archive_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "archive_piece_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "archive_piece" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "archive" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"state" text DEFAULT 'making' NOT NULL,
	"at_table" text,
	"after" jsonb,
	"part" integer DEFAULT 0 NOT NULL,
	"files" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"tables" integer DEFAULT 0 NOT NULL,
	"pieces" integer DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"rows" bigint DEFAULT 0 NOT NULL,
	"ready_at" timestamp (3) with time zone,
	CONSTRAINT "archive_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "archive" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "management"."tenant" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "management"."tenant" ADD COLUMN "erasing" jsonb;--> statement-breakpoint
ALTER TABLE "archive_link" ADD CONSTRAINT "archive_link_tenant_id_archive_id_archive_tenant_id_id_fk" FOREIGN KEY ("tenant_id","archive_id") REFERENCES "public"."archive"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "archive_piece" ADD CONSTRAINT "archive_piece_tenant_id_archive_id_archive_tenant_id_id_fk" FOREIGN KEY ("tenant_id","archive_id") REFERENCES "public"."archive"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "archive_piece_seq" ON "archive_piece" USING btree ("tenant_id","archive_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "archive_one" ON "archive" USING btree ("tenant_id");--> statement-breakpoint
CREATE POLICY "archive_link_tenant" ON "archive_link" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "archive_piece_tenant" ON "archive_piece" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());--> statement-breakpoint
CREATE POLICY "archive_tenant" ON "archive" AS PERMISSIVE FOR ALL TO "monozu_app" USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant());