/* What a task is answered: by CPUID and by the VMware port. */
#ifndef TRACER_PROCESSOR_H
#define TRACER_PROCESSOR_H

#include "spec.h"

enum { VMWARE_MAGIC = 0x564d5868, VMWARE_PORT = 0x5658, VMWARE_HIGH_BANDWIDTH_PORT = 0x5659 };

/* Once, before all else. 0: we may not move to a task's CPU, so all leaves are asked where we are. */
void prepare_processor(int may_move);
/* Leaf and subleaf as the processor says them on the task's own CPU, and as the spec changes them. `proc` is an open /proc. */
struct answer answer_cpuid(const struct spec *spec, struct answer asked, int task, int proc);
/* The registers after IN EAX,DX; 0: nobody answers. */
int answer_port(const struct spec *spec, struct answer *registers);

#endif
