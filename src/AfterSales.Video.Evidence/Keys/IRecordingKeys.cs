namespace AfterSales.Video.Evidence.Keys;

/// <summary>Gives the data key of a recording.</summary>
public interface IRecordingKeys
{
    /// <summary>32 bytes; null when the key was destroyed (the recording was erased) or never was.</summary>
    ReadOnlyMemory<byte>? Find(string tenantId, string recordingId);
}
