namespace AfterSales.Video.Recording.Journal;

/// <summary>Record types of recordings-schema/journal/v1 §5. Readers skip types they do not know.</summary>
public enum RecordType : byte
{
    Rtp = 1,
    SenderReport = 2,
    TrackStarted = 3,
    TrackEnded = 4,
    RoomEvent = 5,
    Event = 6,
    Paused = 7,
    Resumed = 8,

    /// <summary>The recorder itself had to leave something out.</summary>
    Gap = 9,
    End = 10,

    /// <summary>A photo that stood in for video on a weak link, whole.</summary>
    Still = 11,
}
