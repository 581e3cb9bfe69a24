using AfterSales.Video.Recording.Depacketizing;

namespace AfterSales.Video.Fuzz.Targets;

/// <summary>
/// Payload formats and what is read out of key frames. First byte: the codec; then payloads, each after a length byte.
/// </summary>
internal sealed class DepacketizerTarget : IFuzzTarget
{
    private static readonly string[] Codecs = ["H264", "VP8", "VP9", "opus"];
    private readonly FrameBuffer _frame = new();

    public string Name => "recording/depacketizer";

    public IEnumerable<byte[]> Seeds => SeedSet.Expand([
        [0, 12, 0x78, 0, 4, 0x67, 0x42, 0xC0, 0x1F, 0, 2, 0x68, 0xCE, 4, 0x65, 0x88, 1, 2],
        [0, 4, 0x7C, 0x85, 0x88, 1, 4, 0x7C, 0x05, 2, 3, 4, 0x7C, 0x45, 4, 5],
        [0, 22, 0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 0x40, 0x50, 0x05, 0xBB, 0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0, 3, 3, 0xC0, 4, 0x68, 0xEB, 0xE3, 0xCB],
        [1, 14, 0x90, 0x80, 0x81, 0x02, 0x10, 2, 0, 0x9D, 1, 0x2A, 64, 1, 240, 0],
        [2, 12, 0x8C, 0x81, 2, 0x82, 0x49, 0x83, 0x42, 0, 0x13, 0xF0, 0x0E, 0xF0],
        [2, 7, 0x0A, 0x18, 1, 64, 0, 240, 2, 5, 0xD8, 1, 3, 4, 7],
        [3, 3, 0xF8, 1, 2]]);

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return;
        var codec = Codecs[input[0] % Codecs.Length];
        var format = PayloadFormats.Find(codec)!;
        _frame.Clear();
        input = input[1..];
        while (input.Length > 1 && input[0] > 0)
        {
            var payload = input.Slice(1, Math.Min(input[0], input.Length - 1));
            format.Inspect(payload);
            if (!format.TryAppend(payload, _frame))
                break;
            input = input[(1 + payload.Length)..];
        }

        OpusFormat.Samples(_frame.Written);
        VideoDescription.TryRead(codec, _frame.Written, out _);
    }
}
