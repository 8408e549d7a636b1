// A peer for bench/ingest.ts: the same job in Go, written plainly. POST /v1/ingest takes telemetry as JSON; each number becomes a row, which is
// copied into PostgreSQL together with those of the requests that came meanwhile, and is answered after COMMIT. No keys are checked, nothing is
// kept from being stored twice.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
	"github.com/valyala/fasthttp"
)

type record struct {
	Timestamp time.Time          `json:"timestamp"`
	Data      map[string]float64 `json:"data"`
}

type waiting struct {
	device  string
	records []record
	stored  chan error
}

const lanes, mostTogether = 2, 256

func rowsOf(batch []waiting) [][]interface{} {
	rows := make([][]interface{}, 0, len(batch)*100)
	for _, one := range batch {
		for _, r := range one.records {
			for metric, value := range r.Data {
				rows = append(rows, []interface{}{one.device, metric, r.Timestamp, value})
			}
		}
	}
	return rows
}

func write(pool *pgxpool.Pool, queue chan waiting) {
	for first := range queue {
		batch := []waiting{first}
	gather:
		for len(batch) < mostTogether {
			select {
			case next := <-queue:
				batch = append(batch, next)
			default:
				break gather
			}
		}
		columns := []string{"device", "metric", "at", "value"}
		_, err := pool.CopyFrom(context.Background(), pgx.Identifier{"peer_sample"}, columns, pgx.CopyFromRows(rowsOf(batch)))
		for _, one := range batch {
			one.stored <- err
		}
	}
}

func main() {
	pool, err := pgxpool.Connect(context.Background(), os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	queue := make(chan waiting, 4096)
	for lane := 0; lane < lanes; lane++ {
		go write(pool, queue)
	}
	handler := func(c *fasthttp.RequestCtx) {
		if string(c.Path()) != "/v1/ingest" {
			c.SetStatusCode(404)
			return
		}
		one := waiting{device: string(c.Request.Header.Peek("X-Device-Key")), stored: make(chan error, 1)}
		if json.Unmarshal(c.PostBody(), &one.records) != nil {
			c.SetStatusCode(400)
			return
		}
		queue <- one
		if err := <-one.stored; err != nil {
			log.Print(err)
			c.SetStatusCode(503)
			return
		}
		c.SetStatusCode(204)
	}
	log.Fatal(fasthttp.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), handler))
}
