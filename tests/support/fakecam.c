/* A camera for tests: preloaded into one process, it answers for /dev/video0 as a V4L2 driver would,
 * so that OpenCV's own camera code runs where there is no camera and no kernel module for one.
 *
 *   gcc -shared -fPIC -o fakecam.so fakecam.c -ldl
 *   LD_PRELOAD=./fakecam.so FAKECAM_MJPEG=clip.mjpeg python ...
 *
 * FAKECAM_MJPEG   JPEG pictures one after the other, sent in turn     FAKECAM_SIZE     their size, 64x48
 * FAKECAM_UNPLUG  every call fails with ENODEV after N frames   FAKECAM_SILENT   no frame ever comes
 * FAKECAM_DRIVER  its driver's name; "unicam" gives no format that OpenCV knows, as on a Raspberry Pi
 * FAKECAM_CONTROLS  it has focus and exposure; each that is set goes into this file as "id value"
 * FAKECAM_BUSY    another program reads from it
 * FAKECAM_REPLUG  N milliseconds later it can be opened again, for UNPLUG frames more
 *
 * Frames come 50 times a second; waiting for one happens inside VIDIOC_DQBUF. One device, one reader. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BUFFERS = 8, MAX_PICTURES = 256, BUFFER_BYTES = 1 << 16, FPS = 50 };
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(number) return errno = (number), -1

static int device = -1, memory = -1; /* what open() gave out; the buffers behind its mmap() */
static unsigned char *buffers, *clip;
static size_t starts[MAX_PICTURES + 1], pictures;
static unsigned queued[MAX_BUFFERS], queue_length, buffer_count, served, width = 64, height = 48;
static unsigned plugged_at; /* frames served before it was plugged in last */
static long gone_ms;        /* when it was pulled out; 0 while it is in */

static long setting(const char *name) { return getenv(name) ? atol(getenv(name)) : 0; }

static const char *driver(void) { return getenv("FAKECAM_DRIVER") ? getenv("FAKECAM_DRIVER") : "fakecam"; }

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static int unplugged(void) {
    if (!gone_ms && getenv("FAKECAM_UNPLUG") && served - plugged_at >= setting("FAKECAM_UNPLUG"))
        gone_ms = now_ms();
    return gone_ms != 0;
}

static void plug_in_again(void) {
    if (!gone_ms || !getenv("FAKECAM_REPLUG") || now_ms() < gone_ms + setting("FAKECAM_REPLUG")) return;
    gone_ms = 0, plugged_at = served;
}

static void load_clip(void) {
    FILE *file = clip ? NULL : fopen(getenv("FAKECAM_MJPEG"), "rb");
    if (!file) return;
    clip = malloc(MAX_PICTURES * BUFFER_BYTES);
    size_t size = fread(clip, 1, MAX_PICTURES * BUFFER_BYTES, file);
    fclose(file);
    for (size_t at = 0; at + 2 < size && pictures < MAX_PICTURES; at++)
        if (clip[at] == 0xff && clip[at + 1] == 0xd8 && clip[at + 2] == 0xff) starts[pictures++] = at;
    starts[pictures] = size;
    if (getenv("FAKECAM_SIZE")) sscanf(getenv("FAKECAM_SIZE"), "%ux%u", &width, &height);
}

static int open_device(void) {
    plug_in_again();
    if (unplugged()) FAIL(ENOENT);
    load_clip();
    memory = memfd_create("fakecam", MFD_CLOEXEC);
    if (memory < 0 || ftruncate(memory, MAX_BUFFERS * BUFFER_BYTES)) return -1;
    buffers = mmap(NULL, MAX_BUFFERS * BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    return device = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); /* never readable: select() on it waits */
}

static int is_device(const char *path) {
    return path && !strcmp(path, "/dev/video0") && getenv("FAKECAM_MJPEG");
}

static void describe_format(struct v4l2_pix_format *format) { /* the driver has one and says so */
    memset(format, 0, sizeof *format);
    format->width = width, format->height = height;
    format->pixelformat = V4L2_PIX_FMT_MJPEG, format->field = V4L2_FIELD_NONE;
    format->sizeimage = BUFFER_BYTES, format->colorspace = V4L2_COLORSPACE_JPEG;
}

static void describe_buffer(struct v4l2_buffer *buffer, unsigned index, size_t used) {
    memset(buffer, 0, sizeof *buffer);
    buffer->type = V4L2_BUF_TYPE_VIDEO_CAPTURE, buffer->memory = V4L2_MEMORY_MMAP;
    buffer->index = index, buffer->m.offset = index * BUFFER_BYTES, buffer->length = BUFFER_BYTES;
    buffer->bytesused = used, buffer->sequence = served;
}

static int next_frame(struct v4l2_buffer *buffer) {
    if (getenv("FAKECAM_SILENT")) FAIL(EAGAIN);
    if (!queue_length || !pictures) FAIL(EINVAL);
    usleep(1000000 / FPS);
    unsigned index = queued[0], picture = served++ % pictures;
    size_t bytes = starts[picture + 1] - starts[picture];
    memmove(queued, queued + 1, --queue_length * sizeof *queued);
    memcpy(buffers + index * BUFFER_BYTES, clip + starts[picture], bytes);
    describe_buffer(buffer, index, bytes);
    return 0;
}

/* Autofocus, kind of exposure (a menu), exposure: what they are now. */
static struct { unsigned id, type; int least, most, now; } controls[] = {
    {V4L2_CID_FOCUS_AUTO, V4L2_CTRL_TYPE_BOOLEAN, 0, 1, 0},
    {V4L2_CID_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, 0, 3, 3},
    {V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, 1, 5000, 157},
};

static int control(unsigned request, void *data) {
    unsigned id = *(unsigned *)data, at = 0; /* the first field of both structures */
    while (at < 3 && controls[at].id != id) at++;
    if (!getenv("FAKECAM_CONTROLS") || at == 3) FAIL(EINVAL);
    if (request == (unsigned)VIDIOC_QUERYCTRL) {
        struct v4l2_queryctrl *it = data;
        memset(it, 0, sizeof *it);
        it->id = id, it->type = controls[at].type, it->step = 1;
        it->minimum = controls[at].least, it->maximum = controls[at].most;
    } else if (request == (unsigned)VIDIOC_G_CTRL) {
        ((struct v4l2_control *)data)->value = controls[at].now;
    } else {
        FILE *log = fopen(getenv("FAKECAM_CONTROLS"), "a");
        controls[at].now = ((struct v4l2_control *)data)->value;
        fprintf(log, "%u %d\n", id, controls[at].now);
        fclose(log);
    }
    return 0;
}

static int answer(unsigned request, void *data) {
    if (unplugged()) FAIL(ENODEV);
    switch (request) {
    case (unsigned)VIDIOC_QUERYCAP: {
        struct v4l2_capability *it = data;
        memset(it, 0, sizeof *it);
        strncpy((char *)it->driver, driver(), sizeof it->driver - 1);
        strcpy((char *)it->card, "Fake camera");
        it->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        it->capabilities = it->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case (unsigned)VIDIOC_ENUMINPUT:
        if (((struct v4l2_input *)data)->index) FAIL(EINVAL);
        ((struct v4l2_input *)data)->type = V4L2_INPUT_TYPE_CAMERA;
        return 0;
    case (unsigned)VIDIOC_G_INPUT: *(int *)data = 0; return 0;
    case (unsigned)VIDIOC_S_INPUT: return 0;
    case (unsigned)VIDIOC_ENUM_FMT: {
        struct v4l2_fmtdesc *it = data;
        if (it->index || it->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) FAIL(EINVAL);
        it->pixelformat = V4L2_PIX_FMT_MJPEG;
        return 0;
    }
    case (unsigned)VIDIOC_ENUM_FRAMESIZES: {
        struct v4l2_frmsizeenum *it = data;
        if (it->index || it->pixel_format != V4L2_PIX_FMT_MJPEG) FAIL(EINVAL);
        it->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        it->discrete.width = width, it->discrete.height = height;
        return 0;
    }
    case (unsigned)VIDIOC_ENUM_FRAMEINTERVALS: {
        struct v4l2_frmivalenum *it = data;
        if (it->index > 1 || it->width != width || it->height != height) FAIL(EINVAL);
        it->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        it->discrete.numerator = 1, it->discrete.denominator = it->index ? FPS : FPS / 2;
        return 0;
    }
    case (unsigned)VIDIOC_G_FMT:
    case (unsigned)VIDIOC_TRY_FMT:
    case (unsigned)VIDIOC_S_FMT:
        if (!strcmp(driver(), "unicam")) FAIL(EINVAL);
        if (getenv("FAKECAM_BUSY") && request == (unsigned)VIDIOC_S_FMT) FAIL(EBUSY);
        describe_format(&((struct v4l2_format *)data)->fmt.pix);
        return 0;
    case (unsigned)VIDIOC_G_PARM:
    case (unsigned)VIDIOC_S_PARM: {
        struct v4l2_captureparm *it = &((struct v4l2_streamparm *)data)->parm.capture;
        memset(it, 0, sizeof *it);
        it->capability = V4L2_CAP_TIMEPERFRAME;
        it->timeperframe.numerator = 1, it->timeperframe.denominator = FPS;
        return 0;
    }
    case (unsigned)VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *it = data;
        if (it->memory != V4L2_MEMORY_MMAP) FAIL(EINVAL);
        buffer_count = it->count = it->count > MAX_BUFFERS ? MAX_BUFFERS : it->count;
        queue_length = 0;
        return 0;
    }
    case (unsigned)VIDIOC_QUERYBUF:
    case (unsigned)VIDIOC_QBUF: {
        struct v4l2_buffer *it = data;
        if (it->index >= buffer_count) FAIL(EINVAL);
        if (request == (unsigned)VIDIOC_QBUF) queued[queue_length++] = it->index;
        else describe_buffer(it, it->index, 0);
        return 0;
    }
    case (unsigned)VIDIOC_QUERYCTRL:
    case (unsigned)VIDIOC_G_CTRL:
    case (unsigned)VIDIOC_S_CTRL: return control(request, data);
    case (unsigned)VIDIOC_STREAMON: return 0;
    case (unsigned)VIDIOC_STREAMOFF: queue_length = 0; return 0;
    case (unsigned)VIDIOC_DQBUF: return next_frame(data);
    }
    FAIL(ENOTTY);
}

#define OPEN(name)                                                                   \
    int name(const char *path, int flags, ...) {                                     \
        va_list rest;                                                                \
        va_start(rest, flags);                                                       \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;      \
        va_end(rest);                                                                \
        return is_device(path) ? open_device() : NEXT(name)(path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)

int ioctl(int file, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *data = va_arg(rest, void *);
    va_end(rest);
    return file >= 0 && file == device ? answer(request, data) : NEXT(ioctl)(file, request, data);
}

#define MMAP(name, offset_t)                                                                     \
    void *name(void *at, size_t size, int protection, int flags, int file, offset_t offset) {    \
        int backing = file >= 0 && file == device ? memory : file;                               \
        return NEXT(name)(at, size, protection, flags, backing, offset);                         \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

int close(int file) {
    if (file >= 0 && file == device) {
        device = -1;
        munmap(buffers, MAX_BUFFERS * BUFFER_BYTES);
        NEXT(close)(memory);
    }
    return NEXT(close)(file);
}
