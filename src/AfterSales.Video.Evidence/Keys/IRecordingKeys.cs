namespace AfterSales.Video.Evidence.Keys;

/// <summary>Gives the data key of a recording.</summary>
public interface IRecordingKeys
{
    /// <summary>32 bytes; null when the key was destroyed (the recording was erased) or never was.</summary>
    ReadOnlyMemory<byte>? Find(string tenantId, string recordingId);

    /// <summary>False only when it is certain that there never was one: what was stored under this id lies there in the clear.</summary>
    bool EverHadKey(string tenantId, string recordingId) => true;
}
