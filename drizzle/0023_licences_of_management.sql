CREATE TABLE "management"."delivery" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"tenant_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"body" jsonb,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"last_status" integer,
	"last_error" text,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "management"."plan" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"features" text[] NOT NULL,
	"max_users" integer,
	"max_devices" integer,
	"grace_days" integer DEFAULT 14 NOT NULL,
	"archived" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "management"."licence" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"tenant_id" uuid NOT NULL,
	"plan" text NOT NULL,
	"features" text[] NOT NULL,
	"max_users" integer,
	"max_devices" integer,
	"grace_days" integer DEFAULT 14 NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"given_by" uuid NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "licence" ADD COLUMN "revision" integer;--> statement-breakpoint
ALTER TABLE "management"."tenant" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "management"."delivery" ADD CONSTRAINT "delivery_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "management"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "management"."licence" ADD CONSTRAINT "licence_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "management"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "delivery_due" ON "management"."delivery" USING btree ("next_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "delivery_tenant_id_id_index" ON "management"."delivery" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "plan_name" ON "management"."plan" USING btree (lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "licence_current" ON "management"."licence" USING btree ("tenant_id") WHERE ended_at is null;