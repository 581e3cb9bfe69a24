using AfterSales.Video.Evidence.Keys;

namespace AfterSales.Video.Recording.Tests;

/// <summary>Every recording has the same key.</summary>
internal sealed class TestKeys : IRecordingKeys
{
    public ReadOnlyMemory<byte>? Find(string tenantId, string recordingId) => RecordedCall.DataKey;
}
