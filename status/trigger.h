/* SPDX-License-Identifier: MIT */
/* Starting a run of dx because somebody asked for it. */
#ifndef DX_STATUS_TRIGGER_H
#define DX_STATUS_TRIGGER_H

/* The file in the data folder that says that a run is wanted. */
#define TRIGGER_FILE ".dx-trigger"

enum trigger_result {
	TRIGGER_STARTED, /* the command did it */
	TRIGGER_RECORDED, /* it did not; the wish is in the data folder, durable */
	TRIGGER_FAILED /* neither; a message was written */
};

/* Runs COMMAND with sh(1). If it fails, or takes too long, makes TRIGGER_FILE in FOLDER. */
enum trigger_result trigger_pull(const char *command, const char *folder);

#endif
