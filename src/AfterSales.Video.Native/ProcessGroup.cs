using System.Runtime.InteropServices;

namespace AfterSales.Video.Native;

/// <summary>Signals to a whole process group (kill(2) with a negative id).</summary>
public static partial class ProcessGroup
{
    private const int SigKill = 9;

    /// <summary>Ends every process of the group, stopped ones too. A group that is gone is no error.</summary>
    /// <param name="id">Process id of the group's leader; greater than 1, because 1 and less mean other things to kill(2).</param>
    public static void Kill(int id)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(id, 1);
        _ = SendSignal(-id, SigKill);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int id, int signal);
}
