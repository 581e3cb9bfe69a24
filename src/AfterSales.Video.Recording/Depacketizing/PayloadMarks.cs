namespace AfterSales.Video.Recording.Depacketizing;

/// <summary>What one RTP payload says about its place in a frame.</summary>
[Flags]
public enum PayloadMarks : byte
{
    None = 0,

    /// <summary>Certainly the first packet of a frame: what precedes it cannot belong to the same frame.</summary>
    Start = 1,

    /// <summary>Part of a key frame.</summary>
    Key = 2,

    /// <summary>Carries the parameter sets a key frame needs.</summary>
    Parameters = 4,

    /// <summary>The RTP marker: last packet of a frame.</summary>
    Last = 8,

    /// <summary>Padding only: counts in the sequence, adds nothing.</summary>
    Empty = 16,

    /// <summary>A retransmission; its arrival says nothing about the clock.</summary>
    Recovered = 32,

    /// <summary>Not readable as this codec: the frame it belongs to is lost.</summary>
    Malformed = 64,
}
