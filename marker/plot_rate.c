/* SPDX-License-Identifier: MIT */
/* The rate over the time of the month. */
#include "marker/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "marker/html.h"
#include "marker/human.h"
#include "marker/plot_frame.h"

/* So many steps are drawn at most, or a few more: others are too narrow to be seen. */
#define STEPS_MAX 250

/* A part of the time of a file, with its rate. */
struct step {
	const struct summary_file *file;
	time_t from, to;
	double rate;
};

struct steps {
	struct step *list;
	size_t count;
	time_t from, to; /* of all of them */
	double max; /* the highest rate */
};

/* The class of a type's colour. A file with another name has that for its type. */
static const char *
class_of(const struct summary_file *f)
{
	return strcmp(f->type, f->name) == 0 ? "other" : f->type;
}

/* When the last record of F was done, as far as it goes. */
static time_t
end_of(const struct summary *sum, const struct summary_file *f)
{
	return f->records.part >= 1 ? f->ended : sum->updated;
}

static bool
has_rate(const struct summary *sum, const struct summary_file *f)
{
	return f->records.rate > 0 && f->started > 0 && end_of(sum, f) > f->started;
}

/* A step in which RECORDS were done; none of a pause. */
static void
add_step(struct steps *s, const struct summary_file *f, time_t from, time_t to, int64_t records)
{
	double rate = (double)records / (double)(to - from);

	if (records <= 0)
		return;
	s->list = mem_resize(s->list, s->count + 1, sizeof *s->list);
	s->list[s->count++] = (struct step){f, from, to, rate};
	s->max = fmax(s->max, rate);
}

/* The steps of F, from mark to mark of the history, none of them shorter than SHORTEST seconds but
 * the last. Marks from before the file was started say nothing of it. */
static void
add_file(struct steps *s, const struct summary *sum, const struct summary_file *f, time_t shortest)
{
	const struct history *h = &sum->history;
	time_t from = f->started, to = end_of(sum, f);
	int64_t done = 0;
	enum dump_type type = DUMP_TYPES;

	if (dump_type_parse(f->type, &type) == 0) {
		for (size_t i = 0; i < h->mark_count; i++) {
			const struct history_mark *m = &h->marks[i];
			if (strcmp(m->version, sum->version) != 0 || m->when - from < shortest ||
			    m->when >= to || m->positions[type] < done ||
			    m->positions[type] > f->records.done)
				continue;
			add_step(s, f, from, m->when, m->positions[type] - done);
			from = m->when;
			done = m->positions[type];
		}
	}
	add_step(s, f, from, to, f->records.done - done);
}

/* All steps of the month. The caller frees the list. */
static void
make_steps(struct steps *s, const struct summary *sum)
{
	*s = (struct steps){0};
	for (size_t i = 0; i < sum->count; i++) {
		const struct summary_file *f = &sum->files[i];
		if (!has_rate(sum, f))
			continue;
		s->from = s->from == 0 || f->started < s->from ? f->started : s->from;
		s->to = end_of(sum, f) > s->to ? end_of(sum, f) : s->to;
	}
	time_t shortest = (s->to - s->from) / STEPS_MAX;
	for (size_t i = 0; i < sum->count; i++)
		if (has_rate(sum, &sum->files[i]))
			add_file(s, sum, &sum->files[i], shortest > 1 ? shortest : 1);
}

void
plot_files(struct buf *out, const struct summary *sum)
{
	struct steps s;
	char text[HUMAN_SIZE], until[HUMAN_SIZE];

	make_steps(&s, sum);
	if (s.count == 0)
		return;
	buf_add_str(out, "<h2>Records a second</h2>\n");
	double top = plot_open(out, "Records a second over the time of the month", s.max);
	double scale = (double)PLOT_WIDTH / (double)(s.to - s.from);
	for (size_t i = 0; i < s.count; i++) {
		const struct step *p = &s.list[i];
		plot_open_column(out, class_of(p->file), (double)(p->from - s.from) * scale,
		    (double)(p->to - p->from) * scale, p->rate, top);
		html_text(out, p->file->type);
		buf_printf(out, ": %s/s", human_count(text, human_whole(p->rate)));
		plot_close_column(out);
	}
	free(s.list);
	human_time(text, s.from);
	human_time(until, s.to);
	/* The day of the end only where it is another. */
	plot_close(out, text,
	    strncmp(text, until, PLOT_DAY_LEN) == 0 ? until + PLOT_DAY_LEN + 1 : until);
	plot_add_key(out);
}
