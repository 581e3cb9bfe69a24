using System.Runtime.InteropServices;
using System.Text;

namespace AfterSales.Video.Native.OpenSsl;

/// <summary>OpenSSL refused something that does not depend on a peer's bytes: a wrong build, no memory, a bug of ours.</summary>
public sealed class OpenSslException(string call, string reasons) : Exception($"{call} failed: {reasons}")
{
    private const int MaxErrors = 16;
    private const int MaxErrorText = 256;

    /// <summary>Takes every error off this thread's queue, so that none is blamed on a later call.</summary>
    internal static OpenSslException FromQueue(string call) => new(call, DrainQueue());

    internal static void ThrowUnlessOne(int result, string call)
    {
        if (result != 1)
            throw FromQueue(call);
    }

    private static unsafe string DrainQueue()
    {
        var reasons = new StringBuilder();
        var text = stackalloc byte[MaxErrorText];
        for (var count = 0; count < MaxErrors; count++)
        {
            var error = LibCrypto.GetError();
            if (error == 0)
                break;
            LibCrypto.ErrorString(error, text, MaxErrorText);
            reasons.Append(reasons.Length == 0 ? "" : "; ").Append(Marshal.PtrToStringUTF8((nint)text));
        }
        return reasons.Length == 0 ? "no reason given" : reasons.ToString();
    }
}
