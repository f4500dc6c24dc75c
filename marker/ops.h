/* SPDX-License-Identifier: MIT */
/* The operations that change the marker, by phase; dx-marker(1) says what each does. */
#ifndef DX_MARKER_OPS_H
#define DX_MARKER_OPS_H

#include "marker/operation.h"

/* ops_download.c */
operation_run ops_start_download;
operation_run ops_start_file_download;
operation_run ops_file_downloaded;
operation_run ops_complete_download;
operation_run ops_fail_download;

/* ops_processing.c */
operation_run ops_start_processing;
operation_run ops_start_file_processing;
operation_check ops_check_progress; /* of update-file-progress */
operation_run ops_update_file_progress;
operation_run ops_complete_file_processing;
operation_run ops_completion_sent;
operation_run ops_complete_processing;
operation_run ops_fail_processing;

/* ops_publishing.c, with what concerns the whole month */
operation_run ops_update_publishing;
operation_run ops_fail_publishing;
operation_run ops_complete_extraction;
operation_run ops_reset;

#endif
