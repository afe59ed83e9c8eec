/* A plugin of qemu's user mode: counts the AArch64 instructions that a program runs.
 *
 *   cc -O2 -shared -fPIC -o libinsncount.so insncount.c
 *   qemu-aarch64 -plugin ./libinsncount.so PROGRAM
 *
 * The program marks a place by closing a file that cannot be open, close(0x51570000 + n), n < 65536.
 * At each mark, and at the end as mark -1, a line goes to stderr:
 *
 *   INSN n all simd memory branch
 *
 * with the instructions since the last mark: all, those that compute on vector or floating point
 * registers, loads and stores, and jumps. Threads share the counters, without a lock: exact for one.
 *
 * Debian's qemu comes without the plugins' header, so what is used of it is declared here
 * (plugin API 1, qemu 6 to 8; later ones renumbered it).
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))
enum { SYSCALL_CLOSE = 57, INLINE_ADD = 0 };
static const uint64_t MARK = 0x51570000u;

struct block;
struct instruction;
typedef uint64_t plugin_id;
typedef void (*on_block)(plugin_id, struct block *);
typedef void (*on_end)(plugin_id, void *);
typedef void (*on_syscall)(plugin_id, unsigned cpu, int64_t number, uint64_t, uint64_t, uint64_t,
                           uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

PUBLIC int qemu_plugin_version = 1;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, on_block);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, on_syscall);
void qemu_plugin_register_atexit_cb(plugin_id, on_end, void *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct block *, int what, void *where, uint64_t by);
size_t qemu_plugin_tb_n_insns(const struct block *);
struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t);
const void *qemu_plugin_insn_data(const struct instruction *);

enum kind { ALL, SIMD, MEMORY, BRANCH, KINDS };
static uint64_t counted[KINDS];

/* The group that an instruction's bits 25 to 28 name (Arm ARM, "A64 instruction set encoding"). */
static enum kind kind_of(uint32_t word)
{
    unsigned group = word >> 25 & 15;
    if ((group & 7) == 7)
        return SIMD;
    if ((group & 5) == 4)
        return MEMORY;
    if ((group & 14) == 10)
        return BRANCH;
    return ALL;
}

static void count_block(plugin_id id, struct block *block)
{
    uint64_t amount[KINDS] = {qemu_plugin_tb_n_insns(block)};
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        uint32_t word;
        memcpy(&word, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block, i)), sizeof word);
        enum kind kind = kind_of(word);
        amount[kind] += kind != ALL;
    }
    for (int kind = 0; kind < KINDS; kind++)
        if (amount[kind])
            qemu_plugin_register_vcpu_tb_exec_inline(block, INLINE_ADD, &counted[kind], amount[kind]);
    (void)id;
}

static void tell(int mark)
{
    fprintf(stderr, "INSN %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", mark, counted[ALL],
            counted[SIMD], counted[MEMORY], counted[BRANCH]);
    memset(counted, 0, sizeof counted);
}

static void at_syscall(plugin_id id, unsigned cpu, int64_t number, uint64_t file, uint64_t b, uint64_t c,
                       uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h)
{
    if (number == SYSCALL_CLOSE && (file & 0xffff0000u) == MARK)
        tell(file & 0xffff);
    (void)id, (void)cpu, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
}

static void at_end(plugin_id id, void *nothing)
{
    tell(-1);
    (void)id, (void)nothing;
}

PUBLIC int qemu_plugin_install(plugin_id id, const void *machine, int words, char **given)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
    qemu_plugin_register_vcpu_syscall_cb(id, at_syscall);
    qemu_plugin_register_atexit_cb(id, at_end, NULL);
    (void)machine, (void)words, (void)given;
    return 0;
}
