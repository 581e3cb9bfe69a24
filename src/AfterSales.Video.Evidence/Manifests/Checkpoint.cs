namespace AfterSales.Video.Evidence.Manifests;

/// <summary>A signed statement during the call: at this time the journal had this head. Any later change of what is before it shows.</summary>
/// <param name="Part">1 for the first journal file.</param>
/// <param name="Seq">Of the block whose hash is the head; -1 for the file's own H0, before any block.</param>
/// <param name="Head">Hi, 64 digits of hex.</param>
/// <param name="At">Wall clock of the server.</param>
public sealed record Checkpoint(string RecordingId, int Part, long Seq, string Head, DateTimeOffset At)
{
    internal string Problem() => Rules.First(Rules.Name(RecordingId, "recordingId"), ChainPlace.Problem(Part, Seq, Head));
}

/// <summary>What the buyer takes home: enough to hold the merchant to this recording, nothing of its content.</summary>
/// <param name="ReceiptCode">See <see cref="Manifests.ReceiptCode"/>.</param>
/// <param name="Blocks">Blocks of all parts.</param>
/// <param name="Checkpoint">The last one.</param>
/// <param name="Complete">True when the recording ended in order and without loss.</param>
public sealed record Receipt(
    string ReceiptCode, string RecordingId, string CallId, DateTimeOffset StartedAt, long DurationMs, long Blocks, ReceiptCheckpoint Checkpoint,
    bool Complete, DateTimeOffset IssuedAt)
{
    internal string Problem() => Rules.First(
        Manifests.ReceiptCode.TryParse(ReceiptCode, out var canonical) && canonical == ReceiptCode ? "" : "receiptCode is not one",
        Rules.Name(RecordingId, "recordingId"), Rules.Name(CallId, "callId"), Rules.Count(DurationMs, "durationMs"), Rules.Count(Blocks, "blocks"),
        ChainPlace.Problem(Checkpoint.Part, Checkpoint.Seq, Checkpoint.Head));
}

/// <summary>As in <see cref="Manifests.Checkpoint"/>.</summary>
public sealed record ReceiptCheckpoint(int Part, long Seq, string Head, DateTimeOffset At);

/// <summary>What is left of an erased recording. Its manifest and custody entries stay.</summary>
/// <param name="DataKeyId">Hex of the destroyed key's id; without the key every copy of the ciphertext is noise.</param>
/// <param name="ManifestSha256">Of the manifest's envelope; absent when it was never sealed.</param>
/// <param name="ActorRole">"admin", or "retention" when its time had come.</param>
public sealed record Tombstone(
    string RecordingId, DateTimeOffset ErasedAt, string Reason, string ActorRole, string ActorId, string DataKeyId, string? ManifestSha256 = null, string? ReceiptCode = null);

internal static class ChainPlace
{
    public static string Problem(int part, long seq, string head) =>
        Rules.First(Rules.Count(part, "part", 1), Rules.Count(seq, "seq", -1), Rules.Digest(head, "head"));
}
