/* SPDX-License-Identifier: MIT */
/* The questions to the marker: they print and change nothing; dx-marker(1) says what. */
#ifndef DX_MARKER_REPORT_H
#define DX_MARKER_REPORT_H

#include "marker/operation.h"

operation_run report_should_process;
operation_run report_pending_files;
operation_run report_resume_point;
operation_run report_verified;
operation_run report_file_counts;
operation_run report_completed;
operation_run report_unsent;
operation_run report_extraction_summary;
operation_run report_show;
operation_run report_get;
operation_run report_path;

#endif
