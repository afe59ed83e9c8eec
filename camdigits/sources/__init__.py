"""Sources of frames.

- `opening`: open a source by its name (`open_source`, `open_reconnecting`).
- `base`: the `Source` protocol, `SourceInfo` and `SourceOptions`.
- `webcam`, `picamera`, `stream`, `video`, `images`, `synthetic`: one kind of source each.
- `capture`: the wrapper of cv2.VideoCapture, and the base classes of video and live sources.
- `latest`, `reconnect`: wrappers of live sources.
- `picture_file`, `picture_header`, `container`: reading picture files and video file headers.
- `cameras`, `v4l2`, `raspberry`: listing the cameras of the machine.
"""
