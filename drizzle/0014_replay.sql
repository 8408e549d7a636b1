ALTER TABLE "rejected_record" ADD COLUMN "replayable" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "rejected_record" ADD COLUMN "replay_requested_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "rejected_record" ADD COLUMN "replayed_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "rejected_record_newest" ON "rejected_record" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "rejected_record_requested" ON "rejected_record" USING btree ("tenant_id","id") WHERE replay_requested_at is not null;