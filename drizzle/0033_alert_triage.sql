ALTER TABLE "alert" ADD COLUMN "assigned_to" uuid;--> statement-breakpoint
ALTER TABLE "alert" ADD COLUMN "closed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "alert" ADD COLUMN "closed_by" uuid;--> statement-breakpoint
ALTER TABLE "alert" ADD COLUMN "verdict" text;--> statement-breakpoint
ALTER TABLE "alert" ADD COLUMN "closing_comment" text;--> statement-breakpoint
CREATE INDEX "alert_assigned" ON "alert" USING btree ("tenant_id","assigned_to","id") WHERE assigned_to is not null;--> statement-breakpoint
CREATE INDEX "alert_taken" ON "alert" USING btree ("tenant_id","acknowledged_at") WHERE acknowledged_at is not null;--> statement-breakpoint
CREATE INDEX "alert_closed" ON "alert" USING btree ("tenant_id","closed_at") WHERE closed_at is not null;