using System.Text.Json;

namespace AfterSales.Video.Evidence.Journals;

/// <summary>One file of a recording's journal and how far it counts.</summary>
public sealed class JournalPart
{
    private readonly byte[] _endsAt;

    private JournalPart(int number, Stream stream, JournalReader reader, string recordingId, string tenantId, byte[] previousHead)
    {
        (Number, Stream, Reader, RecordingId, TenantId) = (number, stream, reader, recordingId, tenantId);
        (PreviousHead, _endsAt) = (previousHead, []);
    }

    private JournalPart(JournalPart part, byte[] endsAt)
        : this(part.Number, part.Stream, part.Reader, part.RecordingId, part.TenantId, part.PreviousHead) => _endsAt = endsAt;

    /// <summary>1 for the first.</summary>
    public int Number { get; }

    /// <summary>Chain, counts and problem of this file alone.</summary>
    public JournalReader Reader { get; }
    public string RecordingId { get; }
    public string TenantId { get; }

    /// <summary>Head of the part before from which this one goes on; empty for the first.</summary>
    internal byte[] PreviousHead { get; }
    internal Stream Stream { get; }

    /// <summary>True when the next part goes on from here: whatever else the file holds was written again there.</summary>
    internal bool IsAtItsEnd => _endsAt.Length > 0 && Reader.Head.SequenceEqual(_endsAt);
    internal bool HasSuccessor => _endsAt.Length > 0;

    internal JournalPart EndingAt(byte[] head) => new(this, head);

    internal static bool TryOpen(int number, Stream stream, ReadOnlySpan<byte> dataKey, out JournalPart part, out string problem)
    {
        part = null!;
        if (!JournalReader.TryOpen(stream, dataKey, out var reader, out problem))
            return false;
        if (TryReadBody(reader.HeaderBody, out var recordingId, out var tenantId, out var stated, out var previous) && stated == number)
            part = new JournalPart(number, stream, reader, recordingId, tenantId, previous);
        else
            problem = "the header record does not fit";
        return part is not null;
    }

    private static bool TryReadBody(ReadOnlyMemory<byte> body, out string recordingId, out string tenantId, out int part, out byte[] previousHead)
    {
        (recordingId, tenantId, part, previousHead) = ("", "", 1, []);
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            recordingId = root.GetProperty("recordingId").GetString() ?? "";
            tenantId = root.GetProperty("tenantId").GetString() ?? "";
            if (root.TryGetProperty("part", out var number))
                part = number.GetInt32();
            if (root.TryGetProperty("previousHead", out var previous))
                previousHead = Convert.FromHexString(previous.GetString() ?? "");
            return part == 1 ? previousHead.Length == 0 : previousHead.Length == JournalFormat.HashLength;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }
}
